import { describe, expect, it } from "vitest";
import { encodeInto, toBf16 } from "../../../src/checkpoint/index.js";
import { bytes, floats } from "../../../src/merge/kernels/arena.js";
import {
  sharesOf,
  storeBf16,
  survivalOf,
  totalSurvival,
  type Survival,
} from "../../../src/merge/stream/survival.js";
import { Random } from "../../../src/random.js";

const normal = (length: number, seed: number, scale: number): Float32Array => {
  const random = new Random(seed, "survival");
  return Float32Array.from({ length }, () => scale * random.normal());
};

/** Survival of merged values stored as `stored`, of a base that the format holds. */
function measure(
  merged: Float32Array,
  base: Float32Array,
  stored: Float32Array,
): Survival {
  return survivalOf(merged, base, stored, base);
}

describe("survivalOf(merged, base, stored, storedBase)", () => {
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

  it("does not count the rounding of the base itself", () => {
    const base = new Float32Array([1.001, 1.001]);
    const merged = new Float32Array([1.001, 1.002]);
    const { changed, survived, stored } = survivalOf(
      merged,
      base,
      toBf16(merged),
      toBf16(base),
    );
    expect([changed, survived, stored]).toEqual([1, 0, 0]);
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

describe("storeBf16(merged, base, out)", () => {
  it.each([8192, 8191, 8190, 1])(
    "rounds and measures %d values as the slow clear version does",
    (n) => {
      const base = floats(n);
      const merged = floats(n);
      base.set(toBf16(normal(n, 1, 0.02)));
      const change = normal(n, 2, 2e-4);
      for (let i = 0; i < n; i++)
        merged[i] = base[i]! + (i % 3 ? change[i]! : 0);
      if (n > 7) {
        merged.set([0, -0, 1e-40, -1e-40, 3e38, 0.5 + 2 ** -9]);
        base.set([-0, 0, 0, 0]);
      }
      const out = bytes(2 * n);
      const survival = storeBf16(merged, base, out);
      const slow = new Uint8Array(2 * n);
      encodeInto("BF16", merged, slow);
      expect([...out]).toEqual([...slow]);
      expect(survival).toEqual(measure(merged, base, toBf16(merged)));
    },
  );

  it("shows values beyond bfloat16 as an error without end", () => {
    const { error } = storeBf16(
      floats(1).fill(3.4e38),
      floats(1).fill(0),
      bytes(2),
    );
    expect(Number.isFinite(error)).toBe(false);
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
