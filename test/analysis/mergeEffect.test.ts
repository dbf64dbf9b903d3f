import { describe, expect, test } from "vitest";
import { mergeEffect } from "../../src/analysis/index.js";
import type { Params } from "../../src/checkpoint/index.js";
import { average, taskArithmetic, ties } from "../../src/merge/index.js";
import { Random } from "../../src/random.js";

/** A model of two tensors. */
function model(values: readonly number[]): Params {
  const half = values.length / 2;
  const tensor = (
    from: number,
  ): Params extends Map<string, infer P> ? P : never => ({
    dtype: "F32",
    shape: [half],
    data: Float32Array.from(values.slice(from, from + half)),
  });
  return new Map([
    ["b", tensor(0)],
    ["a", tensor(half)],
  ]);
}

const base = model([0, 0, 0, 0]);
const experts = [model([3, 0, 4, 0]), model([-1, 2, 4, 0])];

describe("mergeEffect(base, experts, merged)", () => {
  test("says where the movement of the experts went", () => {
    const { moved, carried, overruled, dropped } = mergeEffect(
      base,
      experts,
      model([1, 0, 4, 0]),
    );
    // Of |3| + |-1| + |2| + |4| + |4| = 14.
    expect(moved).toBe(0.5);
    expect(carried).toBeCloseTo(11 / 14, 12);
    expect(overruled).toBeCloseTo(1 / 14, 12);
    expect(dropped).toBeCloseTo(2 / 14, 12);
  });

  test("measures length, direction, and the share of each expert's step", () => {
    const { length, cosine, taken } = mergeEffect(
      base,
      experts,
      model([1, 0, 4, 0]),
    );
    expect(length).toBeCloseTo(Math.sqrt(17) / ((5 + Math.sqrt(21)) / 2), 12);
    // Sum of the task vectors: (2, 2, 8, 0).
    expect(cosine).toBeCloseTo(34 / Math.sqrt(17 * 72), 12);
    expect(taken).toEqual([19 / 25, 15 / 21]);
  });

  test("an average takes as much of each expert as a sum, divided by their number", () => {
    const random = new Random(1, "effect");
    const draw = (): Params =>
      model(Array.from({ length: 400 }, () => random.normal()));
    const models = [draw(), draw(), draw()];
    const origin = draw();
    const [mean, sum] = [average, taskArithmetic].map((method) =>
      mergeEffect(origin, models, method(origin, models)),
    );
    expect(mean!.cosine).toBeCloseTo(1, 6);
    expect(sum!.cosine).toBeCloseTo(1, 6);
    sum!.taken.forEach((share, m) =>
      expect(share / 3).toBeCloseTo(mean!.taken[m]!, 5),
    );
    expect(sum!.length / mean!.length).toBeCloseTo(3, 5);
    expect(mean!.reach).toHaveLength(20);
    for (const reach of mean!.reach) expect(reach).toBeLessThan(1);
  });

  test("shows what a trim drops: nothing of the largest entries, all of the smallest", () => {
    const random = new Random(2, "effect");
    const draw = (scale: number): Params =>
      model(Array.from({ length: 4000 }, () => scale * random.normal()));
    const origin = draw(1);
    const one = draw(1);
    const { reach, moved, carried, overruled } = mergeEffect(
      origin,
      [one],
      ties(origin, [one], { density: 0.2 }),
    );
    expect(moved).toBeCloseTo(0.2, 2);
    expect(overruled).toBe(0);
    expect(carried).toBeGreaterThan(0.2);
    expect(reach.slice(0, 15)).toEqual(Array(15).fill(0));
    for (const share of reach.slice(17)) expect(share).toBeCloseTo(1, 5);
  });

  test("says what is left of the change in bfloat16", () => {
    const origin = model([1, 1, 1, 1]);
    const merged = model([1.001, 1.5, 1, 1]);
    const { survived, error } = mergeEffect(origin, [merged], merged);
    expect(survived).toBe(0.5);
    expect(error).toBeCloseTo(0.001 / 0.5, 5);
    const same = mergeEffect(origin, [merged], origin);
    expect([same.survived, same.error, same.cosine]).toEqual([
      null,
      null,
      null,
    ]);
    expect(same.dropped).toBe(1);
  });

  test("throws RangeError without an expert, or with one that is the base", () => {
    expect(() => mergeEffect(base, [], base)).toThrow(
      new RangeError(
        "mergeEffect: experts must differ from base, got no expert",
      ),
    );
    expect(() => mergeEffect(base, [experts[0]!, base], base)).toThrow(
      "mergeEffect: experts must differ from base, got experts[1] equal to it",
    );
  });
});
