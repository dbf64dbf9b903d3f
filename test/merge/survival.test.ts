import { describe, expect, it } from "vitest";
import { toBf16 } from "../../src/checkpoint/index.js";
import {
  sharesOf,
  SurvivalMeter,
  totalSurvival,
  type Survival,
} from "../../src/merge/stream/survival.js";
import { Random } from "../../src/random.js";

const normal = (length: number, seed: number, scale: number): Float32Array => {
  const random = new Random(seed, "survival");
  return Float32Array.from({ length }, () => scale * random.normal());
};

/** Measure in pieces that end at `cuts`. */
function measure(
  merged: Float32Array,
  base: Float32Array,
  stored: Float32Array,
  cuts: readonly number[] = [],
): Survival {
  const meter = new SurvivalMeter();
  let start = 0;
  for (const end of [...cuts, merged.length]) {
    const of = (data: Float32Array): Float32Array => data.subarray(start, end);
    meter.add(of(merged), of(base), of(stored), of(base));
    start = end;
  }
  return meter.finish();
}

describe("SurvivalMeter", () => {
  it("counts what changed and what is left of it", () => {
    const base = new Float32Array([1, 2, 3, 4]);
    const merged = new Float32Array([1, 2.5, 3.25, 4.125]);
    const stored = new Float32Array([1, 2.5, 3.5, 4]);
    expect(measure(merged, base, stored)).toEqual({
      changed: 3,
      survived: 2,
      change: 0.25 + 0.0625 + 0.015625,
      stored: 0.25 + 0.25,
      error: 0.0625 + 0.015625,
    });
  });

  it("gives the same sums however a tensor is cut", () => {
    const base = normal(200_000, 1, 0.02);
    const merged = normal(200_000, 2, 0.02);
    const stored = toBf16(merged);
    const whole = measure(merged, base, stored);
    expect(measure(merged, base, stored, [65_536, 131_072])).toEqual(whole);
    expect(measure(merged, base, stored, [1, 70_000, 70_001])).toEqual(whole);
  });

  it("finds the share of a mean of small updates that bfloat16 erases", () => {
    // Five experts in bfloat16 after updates of deviation 5e-6 on weights of deviation 0.02; merged in float32.
    const n = 100_000;
    const base = toBf16(normal(n, 1, 0.02));
    const experts = [2, 3, 4, 5, 6].map((seed) => {
      const update = normal(n, seed, 5e-6);
      return toBf16(base.map((value, i) => value + update[i]!));
    });
    const mean = base.map(
      (_, i) => experts.reduce((sum, expert) => sum + expert[i]!, 0) / 5,
    );
    const { entries, error } = sharesOf(measure(mean, base, toBf16(mean)));
    // reference/merging: 62 to 73 % are lost and the relative error is 0.75 to 0.85.
    expect(1 - entries!).toBeGreaterThan(0.6);
    expect(1 - entries!).toBeLessThan(0.75);
    expect(error).toBeGreaterThan(0.7);
    expect(error).toBeLessThan(0.9);
  });
});

describe("sharesOf(survival)", () => {
  it("is null where nothing changed", () => {
    expect(sharesOf(totalSurvival([]))).toEqual({
      entries: null,
      magnitude: null,
      error: null,
    });
  });

  it("has the length of the stored change along the merged one", () => {
    // Merged (1, 1), stored (1, 0): half of the length along (1, 1), error 1/√2.
    const base = new Float32Array(2);
    const survival = measure(
      new Float32Array([1, 1]),
      base,
      new Float32Array([1, 0]),
    );
    const { entries, magnitude, error } = sharesOf(survival);
    expect([entries, magnitude]).toEqual([0.5, 0.5]);
    expect(error).toBeCloseTo(Math.SQRT1_2, 12);
  });
});
