/** Mean and variance of a list. */
import { total } from "./total.js";

/**
 * Mean of a non-empty list, summed front to back; NaN where one of them is: a ratio of nothing, in one resample of many.
 *
 * @throws RangeError the list is empty, or something in it is no number
 * @example
 * mean([1, 2]) // 1.5
 */
export function mean(values: readonly number[]): number {
  if (values.length === 0)
    throw new RangeError("mean: values must not be empty, got 0");
  return total(values) / values.length;
}

/**
 * Unbiased variance (divisor n − 1); 0 for one value.
 *
 * @example
 * variance([1, 3]) // 2
 */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return sum / (values.length - 1);
}

/** Mean of the numbers that are known; null where there is none. */
export function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}
