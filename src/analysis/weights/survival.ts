/** How much of a change outlives rounding to bfloat16, the format in which most checkpoints are saved. */
import { roundTo } from "./shift/weights.js";

/** Entries that are rounded at a time. */
const PIECE = 8192;

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
  const sums = { moved: 0, survived: 0, squares: 0, errorSquares: 0 };
  const before = new Float32Array(Math.min(PIECE, base.length));
  const after = new Float32Array(before.length);
  for (let start = 0; start < base.length; start += PIECE) {
    const count = Math.min(PIECE, base.length - start);
    for (let i = 0; i < count; i++) {
      before[i] = base[start + i]!;
      after[i] = base[start + i]! + change[start + i]!;
    }
    roundTo("BF16", before);
    roundTo("BF16", after);
    for (let i = 0; i < count; i++) {
      const wanted = change[start + i]!;
      const left = after[i]! - before[i]!;
      if (wanted !== 0) {
        sums.moved++;
        if (left !== 0) sums.survived++;
      }
      sums.squares += wanted * wanted;
      sums.errorSquares += (left - wanted) ** 2;
    }
  }
  return sums;
}
