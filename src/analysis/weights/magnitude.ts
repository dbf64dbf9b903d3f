/** Changed weights by the size of the weight: the part of an overlap that size alone explains. */
import { pairsOf } from "./shift/tally.js";

/** Strata of equal size by |w|, so that the smallest 10 % are the first two. */
export const STRATA = 20;

/** Masks by stratum of |w|, from the smallest weights up. */
export interface Strata {
  /** Entries of each stratum. */
  entries: number[];
  /** Changed entries of each expert in each stratum. */
  changed: number[][];
}

/** Leading bits of a float32, without its sign, by which sizes are told apart: eight of the mantissa, one more than bfloat16 has. */
const SIZE_BITS = 16;

/**
 * The stratum, 0 to 19, of each weight by its size. Sizes that agree in nine significant bits share a stratum, so that strata differ a
 * little in size, and more in coarse formats.
 *
 * @example
 * strataOf(new Float32Array([1, -3])) // [0, 10]
 */
export function strataOf(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const sizes = new Uint16Array(values.length);
  for (let i = 0; i < sizes.length; i++)
    sizes[i] = (bits[i]! & 0x7fffffff) >>> (31 - SIZE_BITS);
  const smaller = sizes.length < 2 ** 13 ? bySorting(sizes) : byCounting(sizes);
  const out = new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++)
    out[i] = Math.floor((smaller(sizes[i]!) * STRATA) / values.length);
  return out;
}

/** How many entries are smaller than a size among them: a table of all sizes, for many entries. */
function byCounting(sizes: Uint16Array): (size: number) => number {
  const counts = new Uint32Array(2 ** SIZE_BITS);
  for (let i = 0; i < sizes.length; i++) counts[sizes[i]!]! += 1;
  let smaller = 0;
  for (let size = 0; size < counts.length; size++) {
    const count = counts[size]!;
    counts[size] = smaller;
    smaller += count;
  }
  return (size) => counts[size]!;
}

/** The same for few entries, of which a model may have a hundred thousand tensors: the table would cost more than all else. */
function bySorting(sizes: Uint16Array): (size: number) => number {
  const sorted = sizes.slice().sort();
  return (size) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < size) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/**
 * Count entries and changed entries in each stratum.
 *
 * @param strata   of `strataOf`
 * @param pattern  which experts changed an entry, a bit an expert
 */
export function stratify(
  strata: Uint8Array,
  pattern: Uint8Array,
  experts: number,
): Strata {
  const patterns = 2 ** experts;
  const counts = new Uint32Array(STRATA * patterns);
  for (let i = 0; i < pattern.length; i++)
    counts[strata[i]! * patterns + pattern[i]!]! += 1;
  const sum = (s: number, bit: number): number => {
    let total = 0;
    for (let p = 0; p < patterns; p++)
      if ((p & bit) === bit) total += counts[s * patterns + p]!;
    return total;
  };
  const each = Array.from({ length: STRATA }, (_, s) => s);
  return {
    entries: each.map((s) => sum(s, 0)),
    changed: Array.from({ length: experts }, (_, i) =>
      each.map((s) => sum(s, 1 << i)),
    ),
  };
}

/** Expected sizes of intersection and union of two masks. Those of disjoint sets of entries add up. */
export interface ExpectedOverlap {
  both: number;
  either: number;
}

/**
 * The overlap of each pair if, among weights of the same size, the two masks were independent: in stratum s of n_s entries,
 * n_s p_s q_s entries in both and n_s (p_s + q_s − p_s q_s) in either.
 *
 * These are the means over all shuffles of the masks within strata. What an observed overlap has beyond them cannot come from a rule, or a
 * rounding, that treats small weights differently.
 *
 * @returns one for each pair, in the order of `Sums.pairs`
 */
export function overlapGivenMagnitude({
  entries,
  changed,
}: Strata): ExpectedOverlap[] {
  return pairsOf(changed.length).map(([a, b]) => {
    const sum = { both: 0, either: 0 };
    entries.forEach((n, s) => {
      if (n === 0) return;
      const p = changed[a]![s]!;
      const q = changed[b]![s]!;
      sum.both += (p * q) / n;
      sum.either += p + q - (p * q) / n;
    });
    return sum;
  });
}

/**
 * How many times more often an entry of a set is changed than any entry: P(changed | set) / P(changed); null where nothing is changed
 * or the set is empty.
 *
 * @param inSet    entries of the set, and changed ones among them
 * @param overall  all entries, and changed ones among them
 * @example
 * enrichment({ entries: 10, changed: 6 }, { entries: 100, changed: 30 }) // 2
 */
export function enrichment(
  inSet: { entries: number; changed: number },
  overall: { entries: number; changed: number },
): number | null {
  if (overall.changed === 0 || inSet.entries === 0) return null;
  return inSet.changed / inSet.entries / (overall.changed / overall.entries);
}
