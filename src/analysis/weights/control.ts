/** The control that the paper's random masks lack: the same updates, put at other weights of the tensor. */
import type { Dtype } from "../../checkpoint/index.js";
import { key, uniform } from "../../random.js";
import { markChanged } from "./changed.js";
import type { Sample } from "./shift/sample.js";
import { pairsOf } from "./shift/tally.js";
import { isFloat, roundTo } from "./shift/weights.js";

/** Sizes of masks and of their pairwise overlaps; experts and pairs in the order of `Sums`. */
export interface MaskCounts {
  changed: number[];
  both: number[];
}

/**
 * An expert whose update was shuffled: its differences from the base are the same numbers, at random entries.
 *
 *   shuffled_i = base_i + δ_π(i), rounded to the format in which the weights are stored
 *
 * Overlap between two experts that survives this has nothing to do with where they learned: a relative threshold, and rounding to
 * few digits, let an update count more easily where the weight is small, whoever made it.
 *
 * @param seed    of the permutation
 * @param stream  names the expert and tensor, so that no two permutations are the same
 * @example
 * shuffleUpdate(new Float32Array([1, 2]), new Float32Array([1, 3]), "F32", 1, "math/w")
 */
export function shuffleUpdate(
  base: Float32Array,
  expert: Float32Array,
  dtype: Dtype,
  seed: number,
  stream: string,
): Float32Array {
  const k = key(seed, `shuffle/${stream}`);
  const delta = new Float64Array(base.length);
  for (let i = 0; i < delta.length; i++) delta[i] = expert[i]! - base[i]!;
  for (let i = delta.length - 1; i > 0; i--) {
    const j = Math.floor(uniform(k, i) * (i + 1));
    const kept = delta[i]!;
    delta[i] = delta[j]!;
    delta[j] = kept;
  }
  const out = new Float32Array(base.length);
  for (let i = 0; i < out.length; i++) out[i] = base[i]! + delta[i]!;
  roundTo(dtype, out);
  return out;
}

/** All experts of a sample with their updates shuffled, each by its own permutation. */
export function shuffleAll(
  { base, experts, dtype }: Sample,
  names: readonly string[],
  seed: number,
  tensor: string,
): Float32Array[] {
  if (!isFloat(dtype))
    throw new TypeError(`shuffleAll: internal: ${dtype} holds no real numbers`);
  return experts.map((expert, i) =>
    shuffleUpdate(base, expert, dtype, seed, `${names[i]}/${tensor}`),
  );
}

/**
 * Which experts changed each entry: a byte an entry, a bit an expert.
 *
 * @example
 * patternOf(new Float32Array([1, 1]), [new Float32Array([1, 2])], 1e-3) // [0, 1]
 */
export function patternOf(
  base: Float32Array,
  experts: readonly Float32Array[],
  eta: number,
): Uint8Array {
  const pattern = new Uint8Array(base.length);
  experts.forEach((expert, i) =>
    markChanged(base, expert, eta, 1 << i, pattern),
  );
  return pattern;
}

/**
 * Sizes of the masks of changed weights, and of their overlaps.
 *
 * @example
 * countMasks(new Uint8Array([0, 1, 3]), 2) // { changed: [2, 1], both: [1] }
 */
export function countMasks(pattern: Uint8Array, experts: number): MaskCounts {
  const counts = new Uint32Array(2 ** experts);
  for (let i = 0; i < pattern.length; i++) counts[pattern[i]!]! += 1;
  const holding = (wanted: number): number => {
    let sum = 0;
    for (let p = 0; p < counts.length; p++)
      if ((p & wanted) === wanted) sum += counts[p]!;
    return sum;
  };
  return {
    changed: Array.from({ length: experts }, (_, i) => holding(1 << i)),
    both: pairsOf(experts).map(([a, b]) => holding((1 << a) | (1 << b))),
  };
}
