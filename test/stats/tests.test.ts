/** Tests of families: p-values, Holm's adjustment, and the smallest effect that would have been found. */
import { describe, expect, test } from "vitest";
import {
  detectable,
  holm,
  studentT,
  symmetric,
  twoSided,
} from "../../src/stats/index.js";
import { Random } from "../../src/random.js";

describe("twoSided(t, df)", () => {
  test("is 5 % at the quantile that the 95 % interval ends at", () => {
    for (const df of [1, 2.5, 9, 400, Infinity])
      expect(twoSided(-studentT(0.975, df), df)).toBeCloseTo(0.05, 6);
  });
  test("is 1 at zero, and has Cauchy's closed form at one degree of freedom", () => {
    expect(twoSided(0, 3)).toBe(1);
    expect(twoSided(2, 1)).toBeCloseTo(1 - (2 * Math.atan(2)) / Math.PI, 10);
  });
  test("throws RangeError without degrees of freedom", () => {
    expect(() => twoSided(1, 0)).toThrow(
      "twoSided: df must be positive, got 0",
    );
  });
});

describe("holm(p)", () => {
  test("multiplies the smallest by their number, the next by one less, and never falls", () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    // R: p.adjust(c(0.001, 0.5, 0.02, 0.9, 0.02), "holm")
    expect(holm([0.001, 0.5, 0.02, 0.9, 0.02])).toEqual([
      0.005, 1, 0.08, 1, 0.08,
    ]);
    expect(holm([])).toEqual([]);
  });
  test("finds something among true null hypotheses in at most 5 % of families", () => {
    const random = new Random(1, "holm");
    let found = 0;
    for (let family = 0; family < 2000; family++)
      if (
        holm(Array.from({ length: 6 }, () => random.next())).some(
          (p) => p < 0.05,
        )
      )
        found++;
    // 5 % of 2,000 is 100, with a standard deviation of 10.
    expect(found).toBeLessThan(130);
    expect(found).toBeGreaterThan(65);
  });
  test("throws RangeError outside [0, 1]", () => {
    expect(() => holm([0.5, 1.5])).toThrow(
      "holm: p must be in [0, 1], got 1.5",
    );
  });
});

describe("detectable(interval)", () => {
  test("is found in four of five repetitions", () => {
    const random = new Random(2, "detectable");
    const effect = detectable(symmetric(0, 1, Infinity));
    let found = 0;
    for (let i = 0; i < 4000; i++)
      if (symmetric(effect + random.normal(), 1, Infinity).low > 0) found++;
    expect(found / 4000).toBeCloseTo(0.8, 1);
  });
  test("throws RangeError for an interval that is upside down", () => {
    expect(() => detectable({ low: 1, high: 0 })).toThrow(
      "detectable: the interval must be finite and in order, got [1, 0]",
    );
  });
});
