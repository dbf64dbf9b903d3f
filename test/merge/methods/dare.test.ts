import { describe, expect, test } from "vitest";
import type { Params } from "../../../src/checkpoint/index.js";
import { dare } from "../../../src/merge/index.js";
import { entries, randomModel, single, tuned } from "../fixture.js";

const SIZE = 20_000;
const flat = (value: number): Params =>
  single(...Array<number>(SIZE).fill(value));

describe("dare", () => {
  test("dare(base, experts) leaves each entry at the base or at its scaled change", () => {
    const [expert] = dare(flat(1), [flat(1.5)], { density: 0.25 });
    expect(new Set(entries(expert!))).toEqual(new Set([1, 3]));
  });

  test.each([0.1, 0.2, 0.5, 0.9])(
    "dare(base, experts, { density: %d }) keeps that fraction, and its mean change",
    (density) => {
      const [expert] = dare(flat(0), [flat(1)], { density, seed: 3 });
      const kept =
        entries(expert!).filter((value) => value !== 0).length / SIZE;
      // Five standard errors of a binomial fraction.
      const tolerance = 5 * Math.sqrt((density * (1 - density)) / SIZE);
      expect(Math.abs(kept - density)).toBeLessThan(tolerance);
      const mean =
        entries(expert!).reduce((sum, value) => sum + value, 0) / SIZE;
      expect(Math.abs(mean - 1)).toBeLessThan(tolerance / density);
    },
  );

  test("dare(base, experts, { rescale: false }) keeps the expert's own values", () => {
    const [expert] = dare(flat(0.1), [flat(0.7)], {
      density: 0.5,
      rescale: false,
    });
    expect(new Set(entries(expert!))).toEqual(
      new Set([Math.fround(0.1), Math.fround(0.7)]),
    );
  });

  test("dare(base, experts, { density: 1 }) returns equal experts", () => {
    const base = randomModel(1);
    const experts = [randomModel(2), tuned(base, 3)];
    expect(dare(base, experts, { density: 1 })).toEqual(experts);
  });

  test("dare(base, experts) drops independently in every expert, tensor and seed", () => {
    const kept = (params: Params, name = "w"): boolean[] =>
      [...params.get(name)!.data].map((value) => value !== 0);
    const agreement = (a: boolean[], b: boolean[]): number =>
      a.filter((keep, i) => keep === b[i]).length / a.length;
    const two = (
      name: string,
    ): [string, { dtype: "F32"; shape: number[]; data: Float32Array }] => [
      name,
      {
        dtype: "F32",
        shape: [SIZE],
        data: new Float32Array(SIZE).fill(name.startsWith("zero") ? 0 : 1),
      },
    ];
    const base: Params = new Map([two("zero"), two("zero2")]);
    const expert: Params = new Map([
      ["zero", two("one")[1]],
      ["zero2", two("one")[1]],
    ]);
    const [first, second] = dare(base, [expert, expert], {
      density: 0.5,
      seed: 1,
    });
    const [other] = dare(base, [expert], { density: 0.5, seed: 2 });
    const pairs = [
      [kept(first!, "zero"), kept(second!, "zero")],
      [kept(first!, "zero"), kept(first!, "zero2")],
      [kept(first!, "zero"), kept(other!, "zero")],
    ] as const;
    for (const [a, b] of pairs)
      expect(Math.abs(agreement(a, b) - 0.5)).toBeLessThan(0.02);
  });

  test("dare(base, experts) depends on names and positions alone, not on the order of tensors", () => {
    const base = randomModel(1);
    const expert = tuned(base, 2);
    const reversed = (params: Params): Params => new Map([...params].reverse());
    expect(dare(reversed(base), [reversed(expert)])).toEqual(
      dare(base, [expert]).map(reversed),
    );
  });

  test("dare(base, experts) keeps the dtypes of the experts", () => {
    const half = new Map([
      ["w", { ...single(2).get("w")!, dtype: "F16" as const }],
    ]);
    expect(dare(single(1), [half], { density: 1 })[0]!.get("w")!.dtype).toBe(
      "F16",
    );
  });

  test("dare(base, experts) throws RangeError for a density outside (0, 1] or a seed that is no integer", () => {
    expect(() => dare(single(1), [single(2)], { density: 0 })).toThrow(
      new RangeError("dare: density must be in (0, 1], got 0"),
    );
    expect(() => dare(single(1), [single(2)], { seed: 0.5 })).toThrow(
      RangeError,
    );
  });
});
