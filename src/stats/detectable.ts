/** The smallest difference that an experiment of this size would have found. */
import { studentT } from "./interval.js";

/** Quantiles of the normal distribution: of the 95 % interval, and of 80 % power. */
const INTERVAL = studentT(0.975, Infinity);
const POWER = studentT(0.8, Infinity);

/**
 * Minimum detectable effect of a measurement with this 95 % interval: a true effect of this size would have had an interval
 * without zero in four of five repetitions.
 *
 *   detectable = half · (1 + z₀.₈₀ / z₀.₉₇₅) = 1.43 · half,  half = (high − low) / 2
 *
 * It is what "no difference shown" must be read with: differences below it may well be there.
 *
 * Source: Bloom 1995, with the interval's own half width in the place of t · se.
 * Deviates: the quantile of the power is the normal's, so with very few degrees of freedom the power is a little below 80 %.
 *
 * @throws RangeError the interval is not finite or upside down
 * @example
 * detectable({ low: -2, high: 2 }) // 2.86
 */
export function detectable({
  low,
  high,
}: {
  low: number;
  high: number;
}): number {
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high)
    throw new RangeError(
      `detectable: the interval must be finite and in order, got [${low}, ${high}]`,
    );
  return ((high - low) / 2) * (1 + POWER / INTERVAL);
}
