/** Keeps the largest entries of each tensor, with or without its outliers: the trims of mergekit's TIES and of Breadcrumbs. */
import { keepRanks, type Ranks } from "./keepLargest.js";
import type { Sparsify } from "./sparsify.js";

/** The `density` of largest magnitude of each tensor, at least one entry; of equal magnitudes the first. */
export const largest: Sparsify = {
  begin: (vectors, _input, { density }) =>
    keepRanks(
      vectors,
      (density as readonly number[]).map((share) => ({
        first: vectors.length - Math.max(1, Math.trunc(share * vectors.length)),
        last: vectors.length,
      })),
    ),
};

/** The entries kept of n: `density` of them, after `gamma` of the largest are left out as far as that leaves enough. */
function crumbs(length: number, density: number, gamma: number): Ranks {
  if (density === 1) return { first: 0, last: length };
  const kept = Math.trunc(density * length);
  const top = Math.trunc(gamma * length);
  const first = Math.max(0, length - kept - top);
  return { first, last: first + kept };
}

/** The `density` of largest magnitude of each tensor that remain after the `gamma` of very largest are dropped. */
export const largestWithoutOutliers: Sparsify = {
  begin: (vectors, _input, { density, gamma }) =>
    keepRanks(
      vectors,
      (density as readonly number[]).map((share, m) =>
        crumbs(vectors.length, share, (gamma as readonly number[])[m]!),
      ),
    ),
};
