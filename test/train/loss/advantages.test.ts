/** From the rewards of a group to advantages. */
import { describe, expect, test } from "vitest";
import {
  groupAdvantages,
  positivePart,
} from "../../../src/train/loss/advantages.js";

describe("groupAdvantages(rewards)", () => {
  test("divides by the unbiased standard deviation", () => {
    const [a, b, c, d] = groupAdvantages([1, 0, 0, 0]);
    expect(a).toBeCloseTo(0.75 / (0.5 + 1e-6), 12);
    expect([b, c, d]).toEqual(Array(3).fill(-0.25 / (0.5 + 1e-6)));
  });
  test("is exactly 0 when all rewards are equal, also when their mean is not exact", () => {
    expect(groupAdvantages([0.1, 0.1, 0.1])).toEqual([0, 0, 0]);
    expect(groupAdvantages([1])).toEqual([0]);
  });
  test("centred: subtracts the mean and nothing else", () => {
    expect(groupAdvantages([1, 0, 0, 0], "centred")).toEqual([
      0.75, -0.25, -0.25, -0.25,
    ]);
  });
  test("leaveOneOut: compares with the mean of the others", () => {
    const rewards = [1, 0.5, 0, 0];
    groupAdvantages(rewards, "leaveOneOut").forEach((advantage, i) => {
      const others = rewards.filter((_, j) => j !== i);
      const mean = others.reduce((a, b) => a + b, 0) / 3;
      expect(advantage).toBeCloseTo(rewards[i]! - mean, 12);
    });
    expect(groupAdvantages([2, 2], "leaveOneOut")).toEqual([0, 0]);
  });
  test("positivePart: keeps what is above 0 and sets the rest to 0", () => {
    expect(positivePart(groupAdvantages([1, 0, 0, 0], "centred"))).toEqual([
      0.75, 0, 0, 0,
    ]);
    expect(positivePart([])).toEqual([]);
    expect(() => positivePart([NaN])).toThrow(
      new RangeError(
        "positivePart: advantages must be finite numbers, got NaN at 0",
      ),
    );
  });
  test("throws RangeError on an empty group", () => {
    expect(() => groupAdvantages([])).toThrow(
      "groupAdvantages: group must have at least 1 reward, got 0",
    );
  });
  test.each<[unknown[], string]>([
    [[1, 0, NaN], "got NaN at 2"],
    [["1", "0"], 'got "1" at 0'],
    [[0, Infinity], "got Infinity at 1"],
    [[0, undefined], "got undefined at 1"],
  ])(
    "throws RangeError when a reward of %o is not a number",
    (rewards, got) => {
      expect(() => groupAdvantages(rewards as number[])).toThrow(
        `groupAdvantages: rewards must be finite numbers, ${got}`,
      );
    },
  );
});
