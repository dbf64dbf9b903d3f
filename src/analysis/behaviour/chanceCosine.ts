/** How alike two gain vectors look by chance. */

import type { Random } from "../../random.js";
import { gainCosine } from "./gainVector.js";
import { mean } from "../../stats/index.js";

/** What a cosine comes to when the model's gains are dealt out to the items at random. */
export interface ChanceCosine {
  /** Expected cosine, exact. */
  mean: number;
  /** 97.5 % quantile over random deals. */
  high: number;
}

/**
 * Expected cosine when the entries of `gains` are dealt out at random among the items of each group, exactly.
 *
 *   E cos = Σ_k n_k · mean_k(gains) · mean_k(union) / (‖gains‖ ‖union‖)
 *
 * Norms do not change when entries change places, so only the product is averaged. Gains are never negative, so this is well
 * above 0: two vectors that have nothing to do with each other look alike when both are dense.
 *
 * @param groups  group of each item; default one group
 * @example
 * chanceCosine([1, 0], [1, 0]) // 0.5
 */
export function chanceCosine(
  gains: readonly number[],
  union: readonly number[],
  groups: readonly number[] = gains.map(() => 0),
): number {
  const sums = new Map<number, [n: number, g: number, u: number]>();
  groups.forEach((group, i) => {
    const [n, g, u] = sums.get(group) ?? [0, 0, 0];
    sums.set(group, [n + 1, g + gains[i]!, u + union[i]!]);
  });
  let product = 0;
  for (const [n, g, u] of sums.values()) product += (g * u) / n;
  const norm = (v: readonly number[]): number => Math.hypot(...v);
  return product / (norm(gains) * norm(union));
}

/** Where each item's gain is taken from, with items exchanged inside their groups only. */
export function deal(groups: readonly number[], random: Random): number[] {
  const places = groups.map((_, i) => i);
  const members = new Map<number, number[]>();
  groups.forEach((group, i) =>
    members.set(group, [...(members.get(group) ?? []), i]),
  );
  for (const items of members.values()) {
    const shuffled = random.shuffle(items);
    items.forEach((item, j) => (places[item] = shuffled[j]!));
  }
  return places;
}

/**
 * Expectation and quantile of the mean cosine over seeds when gains are dealt out at random inside groups.
 *
 * @param gains, unions  one vector per seed
 * @param groups         group of each item, a seed
 * @param deals          deals[deal][seed]: where each item's gain is taken from
 */
export function chance(
  gains: readonly (readonly number[])[],
  unions: readonly (readonly number[])[],
  groups: readonly (readonly number[])[],
  deals: readonly (readonly (readonly number[])[])[],
): ChanceCosine {
  const values = deals
    .map((places) =>
      mean(
        gains.map((g, s) =>
          gainCosine(
            places[s]!.map((i) => g[i]!),
            unions[s]!,
          ),
        ),
      ),
    )
    .sort((a, b) => a - b);
  return {
    mean: mean(gains.map((g, s) => chanceCosine(g, unions[s]!, groups[s]))),
    high: values[Math.floor(0.975 * values.length)]!,
  };
}
