/**
 * Exact selection by magnitude in a stream, without sorting: a coarse count finds about where a rank lies, a fine count of a narrow
 * window around it finds the value. A float32 without its sign bit orders as its magnitude does.
 */
import type { Walk } from "./walk.js";

const MAGNITUDE = 0x7fffffff;
const LOW_BITS = 15;
/** Buckets of a coarse count: the 16 high bits of a magnitude. */
export const COARSE = 2 ** 16;
/** Magnitudes in a window: four coarse buckets, under 2 % of a value. */
export const WINDOW = 2 ** 17;

/** The value of a rank, how many magnitudes are smaller, and how many are equal. */
export interface Cut {
  magnitude: number;
  below: number;
  equal: number;
}

/** A count of the magnitudes from `low` (as bits) on, and of all that are smaller. */
export interface WindowCount {
  low: number;
  below: number;
  counts: Uint32Array | Float64Array;
}

const bitsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);

/** Which blocks a coarse count looks at: all of a small tensor, a sample of a large one. */
export function sampleStride(length: number): number {
  return length < 2 ** 20 ? 1 : length < 2 ** 23 ? 8 : 16;
}

/** Add the magnitudes of a block to a coarse count. */
export function countCoarse(counts: Uint32Array, values: Float32Array): void {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++)
    counts[(bits[i]! & MAGNITUDE) >>> LOW_BITS]!++;
}

/** Add the magnitudes of a block to the count of a window. */
export function countWindow(window: WindowCount, values: Float32Array): void {
  const { low, counts } = window;
  const bits = bitsOf(values);
  let below = 0;
  for (let i = 0; i < bits.length; i++) {
    const position = (bits[i]! & MAGNITUDE) - low;
    below -= position >> 31;
    // Few entries are inside, so that this branch is nearly always guessed right.
    if (position >>> 0 < WINDOW) counts[position]!++;
  }
  window.below += below;
}

/** Start of the window around the magnitude below which a fraction of what was counted lies. */
export function windowAt(
  coarse: Uint32Array | Float64Array,
  fraction: number,
): number {
  let total = 0;
  for (const count of coarse) total += count;
  let rest = total * fraction;
  let bucket = 0;
  while (bucket < COARSE - 1 && rest > coarse[bucket]!)
    rest -= coarse[bucket++]!;
  return Math.max(0, (bucket - 1.5) * 2 ** LOW_BITS);
}

/** The `rank`-th smallest magnitude (1-based), or undefined when it lies outside the window. */
export function findRank(window: WindowCount, rank: number): Cut | undefined {
  let below = window.below;
  if (rank <= below) return undefined;
  for (let i = 0; i < WINDOW; i++) {
    const equal = window.counts[i]!;
    if (rank <= below + equal) {
      const bits = Uint32Array.of(window.low + i);
      return { magnitude: new Float32Array(bits.buffer)[0]!, below, equal };
    }
    below += equal;
  }
  return undefined;
}

function countAll(vectors: Walk, stride: number): Uint32Array[] {
  const coarse = Array.from(
    { length: vectors.models },
    () => new Uint32Array(COARSE),
  );
  vectors.each((_start, _base, models) => {
    for (let m = 0; m < models.length; m++) countCoarse(coarse[m]!, models[m]!);
  }, stride);
  return coarse;
}

/**
 * The magnitudes of given ranks, for every model of a tensor: one look at a sample, one at all entries, and two more in the rare
 * case that the sample misled.
 *
 * @param ranks  per model, ranks from 1 (smallest) to the number of entries
 * @example
 * selectMagnitudes(taskVectors(models), [[1], [5, 10]])
 */
export function selectMagnitudes(
  vectors: Walk,
  ranks: readonly (readonly number[])[],
  stride: number = sampleStride(vectors.length),
): Cut[][] {
  if (ranks.every((list) => list.length === 0)) return ranks.map(() => []);
  const coarse = countAll(vectors, stride);
  const windows = ranks.map((list, m) =>
    list.map((rank) => ({
      low: windowAt(coarse[m]!, rank / vectors.length),
      below: 0,
      counts: new Uint32Array(WINDOW),
    })),
  );
  vectors.each((_start, _base, models) => {
    for (let m = 0; m < models.length; m++)
      for (const window of windows[m]!) countWindow(window, models[m]!);
  });
  const cuts = ranks.map((list, m) =>
    list.map((rank, i) => findRank(windows[m]![i]!, rank)),
  );
  if (cuts.flat().includes(undefined)) {
    if (stride === 1) throw new Error("internal: an exact count missed a rank");
    return selectMagnitudes(vectors, ranks, 1);
  }
  return cuts as Cut[][];
}
