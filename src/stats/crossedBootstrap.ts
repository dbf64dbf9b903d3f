/** A seeded bootstrap for numbers that depend on items and on trained models (seeds) at once, such as ratios and cosines. */
import type { Estimate } from "./interval.js";
import { mean } from "./mean.js";
import { Random } from "../random.js";

/** One choice of seeds and items, as positions; an item may stand there several times. */
export interface Draw {
  seeds: readonly number[];
  /** items[block]: a block is a set of items drawn on its own, for example one benchmark of several. */
  items: readonly (readonly number[])[];
}

/** The data as they are, and resamples of them; made once, so that every number meets the same draws. */
export interface Draws {
  whole: Draw;
  resampled: readonly Draw[];
}

/** Options of `draws`. */
export interface DrawsOptions {
  /** Number of trained models, S. */
  seeds: number;
  /** Number of items of each block. */
  items: readonly number[];
  /** Resamples, default 1,000. */
  resamples?: number;
  /** Seed of the draws, default 0. */
  seed?: number;
}

/**
 * Draw seeds and items independently of each other, since every trained model meets the same items.
 *
 * Of n seeds or items n − 1 are drawn with replacement (one where there is only one): so the variance of a resampled mean is
 * s²/n and not (n − 1)/n of it, which with three seeds would be a third too little.
 *
 * Source: crossed ("pigeonhole") bootstrap, Owen 2007; n − 1 draws, Rao and Wu 1988.
 * Deviates: none; as any crossed bootstrap it counts the interaction of items and seeds more than once, and is a little too wide.
 *
 * @throws RangeError no seed, no block, an empty block, or resamples below 100
 * @example
 * draws({ seeds: 3, items: [100] }).whole.seeds // [0, 1, 2]
 */
export function draws({
  seeds,
  items,
  resamples = 1000,
  seed = 0,
}: DrawsOptions): Draws {
  for (const [name, n] of [
    ["seeds", seeds] as const,
    ["items", items.length === 0 ? 0 : Math.min(...items)] as const,
  ]) {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`draws: ${name} must be at least 1, got ${n}`);
  }
  if (!Number.isInteger(resamples) || resamples < 100)
    throw new RangeError(
      `draws: resamples must be an integer of at least 100, got ${resamples}`,
    );
  const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const random = new Random(seed, "crossedBootstrap");
  const some = (n: number): number[] =>
    Array.from({ length: Math.max(1, n - 1) }, () => random.int(0, n - 1));
  return {
    whole: { seeds: all(seeds), items: items.map(all) },
    resampled: Array.from({ length: resamples }, () => ({
      seeds: some(seeds),
      items: items.map(some),
    })),
  };
}

/**
 * A statistic of the data with its standard error and 95 % interval (2.5 % and 97.5 % quantiles over the resamples).
 *
 * A resample for which the statistic does not exist (NaN: a ratio of nothing) is left out.
 *
 * @param statistic  computes the number from the chosen seeds and items
 * @returns null where the statistic does not exist for the data themselves, or for more than half of the resamples
 * @example
 * const scores = [0, 1, 1, 0];
 * crossedBootstrap(({ items: [block] }) => mean(block!.map((i) => scores[i]!)), draws({ seeds: 1, items: [4] }))?.mean // 0.5
 */
export function crossedBootstrap(
  statistic: (draw: Draw) => number,
  { whole, resampled }: Draws,
): Estimate | null {
  const estimate = statistic(whole);
  const values = resampled.map(statistic).filter(Number.isFinite);
  if (!Number.isFinite(estimate) || 2 * values.length < resampled.length)
    return null;
  values.sort((a, b) => a - b);
  const centre = mean(values);
  const se = Math.sqrt(
    values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1),
  );
  const at = (q: number): number =>
    values[Math.min(values.length - 1, Math.floor(q * values.length))]!;
  return { mean: estimate, se, low: at(0.025), high: at(0.975) };
}
