import { describe, expect, test } from "vitest";
import {
  styleParts,
  type StyledAnswer,
  type StyledAnswers,
} from "../../src/analysis/index.js";
import type { Style } from "../../src/evaluate/index.js";

/** Answers to 20 items: of each, so many samples by style, of which so many are right. */
function answers(
  ...plan: [style: Style, samples: number, right: number][]
): StyledAnswers {
  const own = Array.from({ length: 20 }, (_, item) =>
    plan.flatMap(([style, samples, right]) =>
      Array.from({ length: samples }, (_, k): StyledAnswer => ({
        task: `t${item}`,
        style,
        reward: Number(k < right),
      })),
    ),
  );
  return [own.flat()];
}

const split = (before: StyledAnswers, after: StyledAnswers) => {
  const { gain, style, rest, careful } = styleParts([before], [after], {
    resamples: 100,
  });
  const round = (value: number): number => Number(value.toFixed(9));
  return {
    ...{ gain: round(gain.mean), style: round(style.mean) },
    ...{ rest: round(rest.mean) },
    careful: [careful.before.mean, careful.after.mean].map(round),
  };
};

describe("styleParts(before, after)", () => {
  test("is style alone where each style stays as right as it was", () => {
    // 2 of 4 careful, right 1 in 2; empty never right → all careful: .25 → .5
    expect(
      split(
        answers(["careful", 2, 1], ["empty", 2, 0]),
        answers(["careful", 4, 2]),
      ),
    ).toEqual({ gain: 0.25, style: 0.25, rest: 0, careful: [0.5, 1] });
  });
  test("is rest alone where the mixture of styles stays", () => {
    expect(
      split(
        answers(["careful", 2, 1], ["empty", 2, 0]),
        answers(["careful", 2, 2], ["empty", 2, 1]),
      ),
    ).toEqual({ gain: 0.5, style: 0, rest: 0.5, careful: [0.5, 0.5] });
  });
  test("has Kitagawa's two parts where both change", () => {
    // p = (.5, .5), a = (.5, 0); q = (.75, .25), b = (1, 1): gain 1 − .25
    // style = .25 · (1.5/2) − .25 · (1/2) = .0625; rest = .5 · .625 + 1 · .375 = .6875
    expect(
      split(
        answers(["careful", 2, 1], ["empty", 2, 0]),
        answers(["careful", 3, 3], ["empty", 1, 1]),
      ),
    ).toEqual({
      gain: 0.75,
      style: 0.0625,
      rest: 0.6875,
      careful: [0.5, 0.75],
    });
  });
  test("counts a style that one model never uses as style, and is the other way round with the sign turned", () => {
    const before = answers(["empty", 4, 1]);
    const after = answers(["careful", 4, 3]);
    expect(split(before, after)).toEqual({
      ...{ gain: 0.5, style: 0.5, rest: 0, careful: [0, 1] },
    });
    expect(split(after, before)).toMatchObject({ gain: -0.5, style: -0.5 });
  });
  test("is the mean over benchmarks, whatever their numbers of items", () => {
    const one: StyledAnswers = [[{ task: "a", style: "none", reward: 0 }]];
    const two: StyledAnswers = [[{ task: "a", style: "none", reward: 1 }]];
    const still = answers(["careful", 1, 1]);
    const found = styleParts([one, still], [two, still], { resamples: 100 });
    expect(found.gain.mean).toBe(0.5);
    expect(found.rest.mean).toBe(0.5);
  });
  test("has an interval that holds the gain's own", () => {
    const noisy = (rate: number): StyledAnswers => [
      Array.from({ length: 60 }, (_, i) => ({
        task: `t${i}`,
        style: i % 2 === 0 ? ("careful" as const) : ("empty" as const),
        reward: Number((i * 7) % 10 < 10 * rate),
      })),
    ];
    const { rest, style } = styleParts([noisy(0.3)], [noisy(0.7)]);
    expect(rest.low).toBeLessThan(rest.mean);
    expect(rest.high).toBeGreaterThan(rest.mean);
    expect(rest.mean).toBeCloseTo(0.4, 9);
    expect(style.mean).toBeCloseTo(0, 9);
  });
  test.each<[string, StyledAnswers[], StyledAnswers[], string]>([
    ["nothing to compare", [], [], "benchmarks must hold answers, got none"],
    [
      "other items",
      [answers(["none", 1, 1])],
      [[[{ task: "x", style: "none", reward: 1 }]]],
      'both models must answer the same items in every seed, got "x" in one alone',
    ],
    [
      "answers without style",
      [[[{ task: "a", reward: 1 }]]],
      [[[{ task: "a", reward: 1 }]]],
      'every answer must have its style, got none for "a"',
    ],
    [
      "other seeds",
      [answers(["none", 1, 1])],
      [[...answers(["none", 1, 1]), ...answers(["none", 1, 1])]],
      "both models must have 1 benchmarks of 1 seeds, got 1 of 2",
    ],
  ])("throws RangeError on %s", (_, before, after, message) => {
    expect(() => styleParts(before, after)).toThrow(
      new RangeError(`styleParts: ${message}`),
    );
  });
});
