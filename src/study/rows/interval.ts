/** Numbers and estimates, rounded for the files that are committed. */
import type { SeedEstimate } from "../../stats/index.js";

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

const POINT_DIGITS = 3;

/** A share in points, 0 to 100, with three decimals. */
export function points(value: number): number {
  return round(100 * value, POINT_DIGITS);
}

/** A share and its interval in points, 0 to 100. */
export function inPoints(estimate: Interval): Interval {
  return rounded(estimate, { scale: 100, digits: POINT_DIGITS });
}

/** The same under the names that rows of scores have. */
export function scoreOf(estimate: Interval): {
  score: number;
  low: number;
  high: number;
} {
  const { mean, low, high } = inPoints(estimate);
  return { score: mean, low, high };
}

/** A score over seeds, in points, 0 to 100. */
export interface SeedScore {
  score: number;
  /** Ends of the 95 % interval. */
  low: number;
  high: number;
  se: number;
  seeds: number;
}

/** An estimate over seeds as rows of scores have it. */
export function scoreOverSeeds(estimate: SeedEstimate): SeedScore {
  const { se, seeds } = estimate;
  return { ...scoreOf(estimate), se: points(se), seeds };
}

/** A share with four decimals. */
export function share(value: number): number {
  return round(value, 4);
}

/** A number with six digits: more than any table or figure shows, and short enough for a file that is committed. */
export function brief(value: number): number {
  return Number(value.toPrecision(6));
}

/** A number with so many decimals. */
export function round(value: number, digits = 6): number {
  return Number(value.toFixed(digits));
}
