/** How much each expert changed a tensor. */
import { inPairs } from "./sum.js";
import type { Walk } from "./walk.js";

/** Σ τ² per expert of a tensor, in float64, added up entry by entry. */
export function energies(vectors: Walk): Float64Array {
  const sums = new Float64Array(vectors.models + 1);
  vectors.each((_start, _base, models) =>
    inPairs(models, (a, b, m) => {
      // Two sums at a time: one alone waits for each of its additions.
      let [sumA, sumB] = [sums[m]!, sums[m + 1]!];
      for (let i = 0; i < a.length; i++) {
        sumA += a[i]! * a[i]!;
        sumB += b[i]! * b[i]!;
      }
      sums[m] = sumA;
      sums[m + 1] = sumB;
    }),
  );
  return sums.subarray(0, vectors.models);
}
