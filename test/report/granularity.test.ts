import { describe, expect, test } from "vitest";
import {
  impliedTotals,
  isShareOf,
  paperScores,
  printed,
  type Rounded,
} from "../../src/report/index.js";

/** Shares of `total` as they would be printed, from a fixed list of counts. */
const shares = (total: number): Rounded[] =>
  Array.from({ length: 15 }, (_, i) =>
    printed(
      ((100 * Math.round((0.061 * i + 0.07) * total)) / total).toFixed(2),
    ),
  );

describe("isShareOf(percent, total)", () => {
  test("says whether a whole count has these decimals", () => {
    expect(isShareOf(printed("33.33"), 3)).toBe(true);
    expect(isShareOf(printed("33.34"), 3)).toBe(false);
    expect(isShareOf(printed("0.00"), 7)).toBe(true);
    expect(isShareOf(printed("100.00"), 7)).toBe(true);
  });

  test("takes either rounding of a count between two decimals", () => {
    // 1 of 16 is 6.25.
    expect(isShareOf(printed("6.2"), 16)).toBe(true);
    expect(isShareOf(printed("6.3"), 16)).toBe(true);
  });

  test("every share of a total fits it", () => {
    for (const total of [30, 175, 541, 1920, 2232])
      for (const share of shares(total))
        expect(isShareOf(share, total)).toBe(true);
  });

  test.each([0, -3, 1.5, NaN])("throws RangeError for a total of %d", (n) => {
    expect(() => isShareOf(printed("50.00"), n)).toThrow(
      new RangeError(
        `isShareOf: total must be a positive whole number, got ${n}`,
      ),
    );
  });
});

describe("impliedTotals(percents, totals)", () => {
  const all = Array.from({ length: 3000 }, (_, i) => i + 20);

  test.each([175, 541, 792, 1920, 2232])(
    "finds %d among three thousand totals",
    (total) => {
      expect(impliedTotals(shares(total), all)[0]).toMatchObject({
        total,
        fits: 15,
        of: 15,
      });
    },
  );

  test("expects a total to fit by chance as often as it has decimals", () => {
    const percents = [printed("50.00"), printed("50.0")];
    expect(impliedTotals(percents, [500])[0]!.expected).toBeCloseTo(0.55, 9);
    expect(impliedTotals(percents, [99_999])[0]!.expected).toBe(2);
  });

  test("the paper's AIME scores are shares of 30 × 64 answers", () => {
    const scores = paperScores(3).filter((row) => row.benchmark === "aime24");
    const percents = scores.map((row) => printed(row.score.toFixed(2)));
    expect(impliedTotals(percents, all)[0]!.total).toBe(1920);
  });

  test("throws RangeError when there is nothing to compare", () => {
    expect(() => impliedTotals([], [30])).toThrow(
      new RangeError(
        "impliedTotals: percentages and totals must not be empty, got 0 and 1",
      ),
    );
  });
});
