import { describe, expect, test } from "vitest";
import { etaAtRate } from "../../src/analysis/index.js";

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
