/** Scores of several trained models (seeds) on the same items: one estimate that carries both sources of chance. */
import { checkFinite } from "../error.js";
import { mean, variance } from "./mean.js";
import { shareInterval, symmetric, type Estimate } from "./interval.js";

/** The error of a mean over items × seeds, taken apart. */
export interface SeedEstimate extends Estimate {
  /** Number of seeds (trained models), S. */
  seeds: number;
  /** Degrees of freedom of `se`. */
  df: number;
  /** Part of the variance of the mean that comes from drawing the items. */
  varianceItems: number;
  /** Part that comes from training again with another seed; 0 when S = 1, where it cannot be seen. */
  varianceSeeds: number;
}

interface Parts {
  mean: number;
  items: number;
  seeds: number;
  overlap: number;
  perSeed: number[];
  n: number;
}

/** Two-way cluster variance of the mean of scores[item][seed]. */
function parts(scores: readonly (readonly number[])[]): Parts {
  const n = scores.length;
  const seeds = scores[0]?.length ?? 0;
  if (seeds === 0)
    throw new RangeError(
      "overSeeds: scores must hold at least one item and one seed, got none",
    );
  scores.forEach((row, i) => {
    if (row.length !== seeds)
      throw new RangeError(
        `overSeeds: every item must have ${seeds} seeds, got ${row.length} for item ${i}`,
      );
    checkFinite("overSeeds", `scores of item ${i}`, row);
  });
  const rows = scores.map(mean);
  const perSeed = Array.from({ length: seeds }, (_, s) =>
    mean(scores.map((row) => row[s]!)),
  );
  const centre = mean(rows);
  let residual = 0;
  if (seeds > 1 && n > 1) {
    scores.forEach((row, i) =>
      row.forEach(
        (score, s) =>
          (residual += (score - rows[i]! - perSeed[s]! + centre) ** 2),
      ),
    );
    residual /= (n - 1) * (seeds - 1);
  }
  return {
    mean: centre,
    items: variance(rows) / n,
    seeds: variance(perSeed) / seeds,
    overlap: residual / (n * seeds),
    perSeed,
    n,
  };
}

interface Combined {
  variance: number;
  df: number;
}

function combine(
  items: number,
  seeds: number,
  overlap: number,
  n: number,
  seedCount: number,
): Combined {
  const total = Math.max(items + seeds - overlap, items, seeds);
  if (seedCount < 2 || total === 0)
    return { variance: total, df: Math.max(1, n - 1) };
  // Satterthwaite: with three seeds the spread between them is known with two degrees of freedom only
  const df =
    (items + seeds) ** 2 /
    (items ** 2 / Math.max(1, n - 1) + seeds ** 2 / (seedCount - 1));
  return { variance: total, df };
}

/**
 * Mean score of several trained models on the same items, with an interval for new items and new seeds.
 *
 *   score_is = item i under the model of seed s (its mean over K samples)
 *   V = V_items + V_seeds − V_residual,  at least max(V_items, V_seeds)
 *   V_items = var_i(mean_s score) / n,  V_seeds = var_s(mean_i score) / S,  V_residual = MS_residual / (n S)
 *
 * Items and seeds are crossed, so each of the first two terms holds the residual once and it is taken off once (two-way
 * cluster variance). Degrees of freedom by Satterthwaite. With one seed only the items' part is known, and
 * `varianceSeeds` is 0: such an interval is for this trained model, not for the method.
 *
 * Source: Cameron, Gelbach and Miller 2011, eq. 2.11; Satterthwaite 1946.
 *
 * @param scores  scores[item][seed], shares in [0, 1]
 * @throws RangeError ragged, empty or not finite
 * @example
 * overSeeds([[0.5, 0.6], [1, 0.9], [0, 0.2]]).mean // 0.533…
 */
export function overSeeds(
  scores: readonly (readonly number[])[],
): SeedEstimate {
  const p = parts(scores);
  const { variance: v, df } = combine(
    p.items,
    p.seeds,
    p.overlap,
    p.n,
    p.perSeed.length,
  );
  return {
    ...shareInterval(p.mean, Math.sqrt(v), p.n, df),
    seeds: p.perSeed.length,
    df,
    varianceItems: p.items,
    varianceSeeds: p.seeds,
  };
}

/**
 * The plain mean of several benchmarks (the tables' "Avg."), over the same seeds.
 *
 * Items of different benchmarks are drawn independently, so their parts add; the seeds' part is taken from the averages
 * of each seed, since one trained model is good or bad on all benchmarks together.
 *
 * @param benchmarks  one scores[item][seed] matrix per benchmark, equal numbers of seeds
 * @param kind        "share" for scores in [0, 1], "difference" for signed differences
 * @throws RangeError ragged, empty, not finite, or unequal numbers of seeds
 */
export function averageOverSeeds(
  benchmarks: readonly (readonly (readonly number[])[])[],
  { kind = "share" }: { kind?: "share" | "difference" } = {},
): SeedEstimate {
  if (benchmarks.length === 0)
    throw new RangeError(
      "averageOverSeeds: benchmarks must not be empty, got 0",
    );
  const all = benchmarks.map(parts);
  const seeds = all[0]!.perSeed.length;
  for (const p of all) {
    if (p.perSeed.length !== seeds) {
      throw new RangeError(
        `averageOverSeeds: every benchmark must have ${seeds} seeds, got ${p.perSeed.length}`,
      );
    }
  }
  const b = all.length;
  const centre = mean(all.map((p) => p.mean));
  const items = all.reduce((sum, p) => sum + p.items, 0) / (b * b);
  const overlap = all.reduce((sum, p) => sum + p.overlap, 0) / (b * b);
  const perSeed = Array.from({ length: seeds }, (_, s) =>
    mean(all.map((p) => p.perSeed[s]!)),
  );
  const n = all.reduce((sum, p) => sum + p.n, 0);
  const seedPart = variance(perSeed) / seeds;
  const { variance: v, df } = combine(items, seedPart, overlap, n, seeds);
  const estimate =
    kind === "share"
      ? shareInterval(centre, Math.sqrt(v), n, df)
      : symmetric(centre, Math.sqrt(v), df);
  return {
    ...estimate,
    seeds,
    df,
    varianceItems: items,
    varianceSeeds: seedPart,
  };
}
