import { describe, expect, test } from "vitest";
import { etaAtRate, rankCorrelation } from "../../src/analysis/index.js";

describe("rankCorrelation(x, y)", () => {
  test("is 1 for any rising relation and -1 for any falling one", () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3], [5, 4, -9])).toBeCloseTo(-1, 12);
  });

  test("gives equal values their mean rank", () => {
    // Ranks 1.5, 1.5, 3 against 1, 2, 3: r = 1.5 / √(1.5 · 2).
    expect(rankCorrelation([1, 1, 2], [1, 2, 3])).toBeCloseTo(
      Math.sqrt(3) / 2,
      12,
    );
  });

  test("is NaN where a coordinate does not vary", () => {
    expect(rankCorrelation([1, 1], [1, 2])).toBeNaN();
  });

  test("throws RangeError for unequal numbers", () => {
    expect(() => rankCorrelation([1, 2], [1])).toThrow(
      new RangeError(
        "rankCorrelation: x and y must be at least 2 points, got 2 and 1",
      ),
    );
  });
});

describe("etaAtRate(curve, rate)", () => {
  const curve = [
    { eta: 0.1, rate: 0.1 },
    { eta: 0.01, rate: 0.5 },
    { eta: 0.001, rate: 0.9 },
  ];

  test("lies between the points around the rate, halfway in log η for half of the way", () => {
    expect(etaAtRate(curve, 0.3)).toBe(0.032);
    expect(etaAtRate(curve, 0.5)).toBe(0.01);
  });

  test("is the curve's end where it does not reach the rate", () => {
    expect(etaAtRate(curve, 0.95)).toBe(0.001);
    expect(etaAtRate(curve, 0.05)).toBe(0.1);
  });

  test("throws RangeError for an empty curve", () => {
    expect(() => etaAtRate([], 0.3)).toThrow(
      new RangeError("etaAtRate: curve must not be empty, got 0 points"),
    );
  });
});
