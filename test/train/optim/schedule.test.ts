/** The learning rate of a step. */
import { describe, expect, test } from "vitest";
import { learningRateAt } from "../../../src/train/optim/schedule.js";

describe("learningRateAt", () => {
  const base = { learningRate: 1, steps: 100, warmup: 10 };
  test("rises over the warm-up and falls to the final fraction", () => {
    expect(
      learningRateAt(0, { ...base, decay: "constant", final: 1 }),
    ).toBeCloseTo(0.1, 12);
    expect(
      learningRateAt(50, { ...base, decay: "linear", final: 0.05 }),
    ).toBeCloseTo(0.525, 12);
    expect(
      learningRateAt(99, { ...base, decay: "linear", final: 0.05 }),
    ).toBeCloseTo(0.0595, 12);
    expect(
      learningRateAt(50, { ...base, decay: "cosine", final: 0.1 }),
    ).toBeCloseTo(0.55, 12);
    expect(
      learningRateAt(99, { ...base, warmup: 0, decay: "constant", final: 1 }),
    ).toBe(1);
  });

  test("rises in equal steps and reaches the peak with the last one of the warm-up", () => {
    const rates = Array.from({ length: 10 }, (_, s) =>
      learningRateAt(s, { ...base, decay: "constant", final: 1 }),
    );
    rates.forEach((rate, s) => expect(rate).toBeCloseTo((s + 1) / 10, 12));
    expect(rates[9]).toBe(1);
  });

  test.each(["linear", "cosine"] as const)(
    "%s: two steps as far from either end add up to peak and final rate",
    (decay) => {
      const schedule = { ...base, warmup: 0, decay, final: 0.2 };
      for (const s of [0, 13, 25, 50])
        expect(
          learningRateAt(s, schedule) + learningRateAt(100 - s, schedule),
        ).toBeCloseTo(1.2, 12);
      expect(learningRateAt(100, schedule)).toBeCloseTo(0.2, 12);
    },
  );

  test("cosine falls slower than linear at first and faster in the middle", () => {
    const at = (s: number, decay: "linear" | "cosine"): number =>
      learningRateAt(s, { ...base, warmup: 0, decay, final: 0 });
    // 1 − (πu/2)² + … against 1 − u
    expect(at(10, "cosine")).toBeCloseTo((1 + Math.cos(Math.PI / 10)) / 2, 12);
    expect(at(10, "cosine")).toBeGreaterThan(at(10, "linear"));
    const slope = (decay: "linear" | "cosine"): number =>
      at(49, decay) - at(51, decay);
    expect(slope("cosine") / slope("linear")).toBeCloseTo(Math.PI / 2, 3);
  });

  test("throws RangeError on numbers that are not finite", () => {
    expect(() =>
      learningRateAt(NaN, { ...base, decay: "constant", final: 1 }),
    ).toThrow(
      new RangeError(
        "learningRateAt: step and schedule must be finite numbers, got NaN at 0",
      ),
    );
  });
});
