/** Avg@K: the mean over items of the mean over K samples, with its item-clustered standard error. */
import {
  mean,
  shareInterval,
  variance,
  type Estimate,
} from "../stats/index.js";

/** Avg@K of one benchmark. */
export interface AvgAtK extends Estimate {
  /** Number of items. */
  items: number;
  /** Samples per item. */
  samples: number;
}

/**
 * Avg@K and its uncertainty over items.
 *
 *   avg = mean_i mean_k r_ik,   se = sd_i(mean_k r_ik) / √n
 *
 * Averaging an item's samples first makes the item the unit that was drawn, so samples of one item are not counted as
 * independent evidence. The interval is Wilson's with an effective sample size (`shareInterval`), df = n − 1.
 *
 * Source: paper §3.2 (Avg@K); Miller 2024 (arXiv 2411.00640) §2–3 for the error.
 *
 * @param rewards  rewards[item][sample], each in [0, 1]; the same number of samples for every item
 * @throws RangeError no item, no sample, or an item with another number of samples
 * @example
 * avgAtK([[1, 0], [1, 1], [0, 0]]).mean // 0.5
 */
export function avgAtK(rewards: readonly (readonly number[])[]): AvgAtK {
  const samples = rewards[0]?.length ?? 0;
  if (samples === 0)
    throw new RangeError(
      "avgAtK: rewards must hold at least one item and one sample, got none",
    );
  rewards.forEach((row, i) => {
    if (row.length !== samples) {
      throw new RangeError(
        `avgAtK: every item must have ${samples} samples as the first has, got ${row.length} for item ${i}`,
      );
    }
  });
  const items = rewards.map(mean);
  const n = items.length;
  const se = Math.sqrt(variance(items) / n);
  return {
    ...shareInterval(mean(items), se, n, Math.max(1, n - 1)),
    items: n,
    samples,
  };
}

/**
 * Unbiased pass@k: the chance that at least one of k samples is right.
 *
 *   pass@k = mean_i [ 1 − C(n − c_i, k) / C(n, k) ]
 *
 * Source: Chen et al. 2021 (arXiv 2107.03374), eq. 1, as a product so that nothing overflows.
 *
 * @param rewards  rewards[item][sample], 0 or 1
 * @param k        at most the number of samples of every item
 * @throws RangeError k is not a positive integer, or an item has fewer than k samples: k is never shrunk
 * @example
 * passAtK([[1, 0, 0, 0]], 2) // 0.5
 */
export function passAtK(
  rewards: readonly (readonly number[])[],
  k: number,
): number {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`passAtK: k must be a positive integer, got ${k}`);
  return mean(
    rewards.map((row, item) => {
      const n = row.length;
      if (n < k)
        throw new RangeError(
          `passAtK: every item must have at least ${k} samples, got ${n} for item ${item}`,
        );
      const wrong = row.filter((reward) => reward === 0).length;
      let allWrong = 1;
      for (let i = 0; i < k; i++) allWrong *= Math.max(0, wrong - i) / (n - i);
      return 1 - allWrong;
    }),
  );
}
