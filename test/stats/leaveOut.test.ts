/** Least squares on points that were left out. */
import { describe, expect, test } from "vitest";
import { Random } from "../../src/random.js";
import { fitLine, leaveOut, mean } from "../../src/stats/index.js";

const random = new Random(5, "leaveOut");

describe("fitLine(features, y)", () => {
  test("finds a plane exactly, also where features lean on each other", () => {
    const points = Array.from({ length: 12 }, () => {
      const a = random.normal();
      return [a, 0.9 * a + 0.1 * random.normal()];
    });
    const truth = ([a, b]: number[]): number => 2 + 3 * a! - 5 * b!;
    const predict = fitLine(points, points.map(truth));
    expect(predict([1, -1])).toBeCloseTo(10, 8);
  });
  test("leaves residuals that no feature explains: the normal equations hold", () => {
    const points = Array.from({ length: 20 }, () => [
      random.normal(),
      random.normal(),
      random.normal(),
    ]);
    const y = points.map(() => random.normal());
    const predict = fitLine(points, y);
    const residuals = points.map((point, i) => y[i]! - predict(point));
    expect(mean(residuals)).toBeCloseTo(0, 12);
    for (const k of [0, 1, 2])
      expect(mean(residuals.map((r, i) => r * points[i]![k]!))).toBeCloseTo(
        0,
        12,
      );
  });
  test("gives no weight to what is constant or follows from the others", () => {
    const points = [0, 1, 2, 3].map((x) => [7, x, 2 * x + 7]);
    const y = [0, 1, 2, 3];
    expect(fitLine(points, y)([9, 5, 100])).toBeCloseTo(5, 10);
    expect(
      fitLine(
        points.map(() => []),
        y,
      )([]),
    ).toBe(1.5);
  });
  test("throws RangeError without points", () => {
    expect(() => fitLine([], [])).toThrow(
      "fitLine: features and y must be as many, at least one, got 0 and 0",
    );
  });
});

describe("leaveOut(features, y, groups)", () => {
  test("equals the closed form e_i / (1 − h_i) of leaving one out", () => {
    const x = Array.from({ length: 9 }, () => random.normal());
    const y = x.map((value) => value + random.normal());
    const centre = mean(x);
    const square = x.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    const predict = fitLine(
      x.map((value) => [value]),
      y,
    );
    const found = leaveOut(
      x.map((value) => [value]),
      y,
      x.map((_, i) => i),
    );
    found.forEach((value, i) => {
      const leverage = 1 / x.length + (x[i]! - centre) ** 2 / square;
      expect(y[i]! - value).toBeCloseTo(
        (y[i]! - predict([x[i]!])) / (1 - leverage),
        10,
      );
    });
  });
  test("leaves out all points of a group together", () => {
    expect(leaveOut([[], [], []], [1, 2, 9], ["a", "a", "b"])).toEqual([
      9, 9, 1.5,
    ]);
    expect(() => leaveOut([[], []], [1, 2], ["a", "a"])).toThrow(
      "leaveOut: groups must be at least 2, one a point, got 1 of 2 points for 2",
    );
  });
});
