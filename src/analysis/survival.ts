/** How much of a change outlives rounding to bfloat16, the format in which most checkpoints are saved. */
import { roundTo } from "./weights.js";

/** What rounding left of a change. Sums of disjoint sets of entries add up. */
export interface SurvivalSums {
  /** Entries that the change moves at all. */
  moved: number;
  /** Those of them that are still moved after both sides are rounded. */
  survived: number;
  /** Σ δ². */
  squares: number;
  /** Σ (δ′ − δ)², δ′ the change after rounding. */
  errorSquares: number;
}

/**
 * Round base and base + change to bfloat16, and compare what is left of the change with the change.
 *
 * A small change at a large weight is rounded away; averaging several experts makes every change smaller.
 *
 * @param change  δ, exact in float64
 * @example
 * survival(new Float32Array([1, 1]), new Float64Array([0.001, 0.1])).survived // 1
 */
export function survival(
  base: Float32Array,
  change: Float64Array,
): SurvivalSums {
  const before = base.slice();
  const after = base.map((value, i) => value + change[i]!);
  roundTo("BF16", before);
  roundTo("BF16", after);
  const sums = { moved: 0, survived: 0, squares: 0, errorSquares: 0 };
  for (let i = 0; i < change.length; i++) {
    const wanted = change[i]!;
    const left = after[i]! - before[i]!;
    if (wanted !== 0) {
      sums.moved++;
      if (left !== 0) sums.survived++;
    }
    sums.squares += wanted * wanted;
    sums.errorSquares += (left - wanted) ** 2;
  }
  return sums;
}
