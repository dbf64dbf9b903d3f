/** Pearson's correlation of a few points, with the interval that says how little a few points tell. */
import { sampleCorrelation } from "simple-statistics";
import { checkFinite } from "../error.js";
import { studentT } from "./interval.js";

/** A correlation with its 95 % interval. */
export interface Correlation {
  r: number;
  low: number;
  high: number;
  /** Number of points. */
  n: number;
}

/**
 * Pearson's r and its 95 % interval by Fisher's transformation, tanh(artanh r ± 1.96 / √(n − 3)).
 *
 * The interval is for points drawn independently; models of one study share their ancestors, so it is rather too narrow.
 *
 * Source: Fisher 1921.
 *
 * @param x, y  the two coordinates of each point
 * @throws RangeError fewer than 4 points, unequal numbers, one that is not finite, or a coordinate that does not vary
 * @example
 * correlation([1, 2, 3, 4], [1, 2, 3, 5]).r // 0.983
 */
export function correlation(
  x: readonly number[],
  y: readonly number[],
): Correlation {
  const n = x.length;
  if (n < 4 || y.length !== n)
    throw new RangeError(
      `correlation: x and y must be at least 4 points, got ${n} and ${y.length}`,
    );
  checkFinite("correlation", "x", x);
  checkFinite("correlation", "y", y);
  const r = sampleCorrelation([...x], [...y]);
  if (!Number.isFinite(r))
    throw new RangeError(
      "correlation: x and y must both vary, got a constant one",
    );
  const half = studentT(0.975, Infinity) / Math.sqrt(n - 3);
  // Points on a line have r = 1 up to rounding, where the transformation has no value.
  const centre = Math.atanh(Math.max(-1 + 1e-15, Math.min(1 - 1e-15, r)));
  return {
    r,
    low: Math.tanh(centre - half),
    high: Math.tanh(centre + half),
    n,
  };
}

/** Ranks from 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = values.map(() => 0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (
      end + 1 < order.length &&
      values[order[end + 1]!] === values[order[start]!]
    )
      end++;
    for (let i = start; i <= end; i++)
      result[order[i]!] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return result;
}

/**
 * Spearman's rank correlation; NaN where a coordinate does not vary, or there are fewer than two points.
 *
 * @example
 * rankCorrelation([1, 2, 3], [10, 1000, 100]) // 0.5
 */
export function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
): number {
  return x.length < 2 ? NaN : sampleCorrelation(ranks(x), ranks(y));
}
