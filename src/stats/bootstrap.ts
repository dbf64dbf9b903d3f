/** A seeded bootstrap over items: an interval that assumes no distribution. */
import { Random } from "../random.js";
import { checkFinite } from "../error.js";
import { mean } from "./mean.js";
import type { Estimate } from "./interval.js";

/** Options of `bootstrap`. */
export interface BootstrapOptions {
  /** Resamples, default 2,000. */
  resamples?: number;
  /** Seed, default 0: the same values give the same interval. */
  seed?: number;
}

/**
 * Percentile bootstrap of a mean over items; an item's samples stay together (cluster bootstrap).
 *
 * @param items  one value per item, for example its mean over K samples or a paired difference
 * @returns mean, its bootstrap standard error and the 2.5 % and 97.5 % quantiles of the resampled means
 * @throws RangeError no item, one that is not finite, or resamples below 100
 * @example
 * bootstrap([0, 1, 1, 0.5], { seed: 1 }).mean // 0.625
 */
export function bootstrap(
  items: readonly number[],
  { resamples = 2000, seed = 0 }: BootstrapOptions = {},
): Estimate {
  if (!Number.isInteger(resamples) || resamples < 100) {
    throw new RangeError(
      `bootstrap: resamples must be an integer of at least 100, got ${resamples}`,
    );
  }
  checkFinite("bootstrap", "items", items);
  const centre = mean(items);
  const random = new Random(seed, "bootstrap");
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < items.length; i++)
      sum += items[random.int(0, items.length - 1)]!;
    means[r] = sum / items.length;
  }
  means.sort();
  const around = mean([...means]);
  const se = Math.sqrt(
    means.reduce((sum, m) => sum + (m - around) ** 2, 0) / (resamples - 1),
  );
  const at = (q: number) =>
    means[Math.min(resamples - 1, Math.floor(q * resamples))]!;
  return { mean: centre, se, low: at(0.025), high: at(0.975) };
}
