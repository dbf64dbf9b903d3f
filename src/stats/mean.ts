/** Mean and variance of a list. */

/** Mean of a non-empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0)
    throw new RangeError("mean: values must not be empty, got 0");
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Unbiased variance (divisor n − 1); 0 for one value. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return sum / (values.length - 1);
}
