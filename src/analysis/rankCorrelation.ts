/** Spearman's rank correlation, for a relation that need not be a line. */
import { sampleCorrelation } from "simple-statistics";

/** Ranks from 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Spearman's ρ: Pearson's correlation of the ranks, equal values with their mean rank.
 *
 * Source: Spearman 1904.
 *
 * @param x, y  the two coordinates of each point
 * @returns in [−1, 1]; NaN where a coordinate does not vary
 * @throws RangeError fewer than 2 points, or unequal numbers
 * @example
 * rankCorrelation([1, 2, 3], [1, 8, 27]) // 1
 */
export function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
): number {
  if (x.length < 2 || y.length !== x.length)
    throw new RangeError(
      `rankCorrelation: x and y must be at least 2 points, got ${x.length} and ${y.length}`,
    );
  return sampleCorrelation(ranks(x), ranks(y));
}
