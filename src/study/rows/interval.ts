/** Estimates with their intervals, rounded for row files. */

/** A number with the ends of its 95 % interval. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** An estimate rounded for a row file. */
export function rounded(
  { mean, low, high }: Interval,
  { scale = 1, digits = 6 }: { scale?: number; digits?: number } = {},
): Interval {
  const own = (value: number): number => round(scale * value, digits);
  return { mean: own(mean), low: own(low), high: own(high) };
}

/** Decimals of points. */
export const POINT_DIGITS = 3;

/** A share and its interval in points, 0 to 100. */
export function inPoints(estimate: Interval): Interval {
  return rounded(estimate, { scale: 100, digits: POINT_DIGITS });
}

/** A number with so many decimals. */
export function round(value: number, digits = 6): number {
  return Number(value.toFixed(digits));
}
