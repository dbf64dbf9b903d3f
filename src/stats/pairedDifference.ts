/** The difference of two models on the same items: sharper than comparing two intervals. */
import { checkFinite } from "../error.js";
import { averageOverSeeds, type SeedEstimate } from "./overSeeds.js";

/** One benchmark's scores of two models, item by item: scores[item][seed], equal shapes. */
export interface Pair {
  a: readonly (readonly number[])[];
  b: readonly (readonly number[])[];
}

/**
 * Mean of a − b over the same items (and, when given, the same seeds), averaged over benchmarks.
 *
 *   d_is = a_is − b_is,  difference = mean over benchmarks of mean_is d_is
 *
 * The error is that of `averageOverSeeds` on d, so what an item's difficulty or a seed's SFT model adds to both sides
 * cancels. Interval: ± t · se.
 *
 * Source: Miller 2024 (arXiv 2411.00640) §4.2.
 *
 * @param pairs  one entry per benchmark (one is enough)
 * @throws RangeError no pair, `a` and `b` of unequal shapes, or a score that is not finite
 * @example
 * pairedDifference([{ a: [[1], [1]], b: [[0], [1]] }]).mean // 0.5
 */
export function pairedDifference(pairs: readonly Pair[]): SeedEstimate {
  const differences = pairs.map(({ a, b }, p) => {
    if (a.length !== b.length) {
      throw new RangeError(
        `pairedDifference: a and b must have the same items, got ${a.length} and ${b.length} in pair ${p}`,
      );
    }
    return a.map((row, i) => {
      const other = b[i]!;
      if (other.length !== row.length) {
        throw new RangeError(
          `pairedDifference: a and b must have the same seeds, got ${row.length} and ${other.length} for item ${i} of pair ${p}`,
        );
      }
      checkFinite("pairedDifference", `a of item ${i}`, row);
      checkFinite("pairedDifference", `b of item ${i}`, other);
      return row.map((value, s) => value - other[s]!);
    });
  });
  return averageOverSeeds(differences, { kind: "difference" });
}
