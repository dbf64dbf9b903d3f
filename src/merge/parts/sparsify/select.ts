/**
 * Exact selection by magnitude in a stream, without sorting more than a block: a coarse count finds about where a rank lies, a fine count of a window
 * around it finds the value. A float32 without its sign bit orders as its magnitude does.
 */
import { inArena, scoped, words } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type { Walk } from "../walk.js";

const MAGNITUDE = 0x7fffffff;
const LOW_BITS = 15;
/** Buckets of a coarse count: the 16 high bits of a magnitude. */
export const COARSE: number = 2 ** 16;
/** Most entries of a tensor that is sorted: it takes less time than the tables of a count. */
const SORTED = 4096;
/** Widest window, in coarse buckets; four megabytes of counts. */
const WIDEST = 32;
/** Half the width of a window around what a sample says, in standard errors: twice what independent entries need, for others. */
const MARGIN = 6;

/** The value of a rank, how many magnitudes are smaller, and how many are equal. */
export interface Cut {
  magnitude: number;
  below: number;
  equal: number;
}

/** A stretch of magnitudes, as bits. */
export interface Window {
  low: number;
  width: number;
}

/** A count of the magnitudes of a window, one by one, and of all that are smaller. */
export interface WindowCount {
  low: number;
  below: number;
  counts: Uint32Array | Float64Array;
}

const bitsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);

/** How many pieces of a tensor a coarse count looks at; undefined: at everything. */
export function samplePieces(length: number): number | undefined {
  return length < 2 ** 20 ? undefined : length < 2 ** 23 ? 256 : 1024;
}

/** Add the magnitudes of a block to a coarse count. */
function countCoarse(
  counts: Uint32Array | Float64Array,
  values: Float32Array,
): void {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++)
    counts[(bits[i]! & MAGNITUDE) >>> LOW_BITS]!++;
}

/** Add the magnitudes of a block to the count of a window. */
export function countWindow(window: WindowCount, values: Float32Array): void {
  const { low, counts } = window;
  if (inArena(values, counts)) {
    window.below += kernels.countWindow(
      values.byteOffset,
      values.length,
      low,
      counts.length,
      counts.byteOffset,
    );
    return;
  }
  const width = counts.length;
  const bits = bitsOf(values);
  let below = 0;
  for (let i = 0; i < bits.length; i++) {
    const position = (bits[i]! & MAGNITUDE) - low;
    below -= position >> 31;
    // Few entries are inside, so that the processor nearly always guesses this branch right.
    if (position >>> 0 < width) counts[position]!++;
  }
  window.below += below;
}

function bucketOf(coarse: Uint32Array | Float64Array, rank: number): number {
  let rest = rank;
  let bucket = 0;
  while (bucket < COARSE - 1 && rest > coarse[bucket]!)
    rest -= coarse[bucket++]!;
  return bucket;
}

/**
 * Where to look closely for a rank.
 *
 * @param coarse  coarse counts, of everything or of a sample
 * @param total   what they add up to
 * @param rank    1 … total
 * @param sample  entries that a sample looked at; 0 where everything was counted
 * @returns undefined where a sample says too little: everything must be counted
 */
export function windowAt(
  coarse: Uint32Array | Float64Array,
  total: number,
  rank: number,
  sample: number,
): Window | undefined {
  const share = rank / total;
  const error = sample === 0 ? 0 : Math.sqrt((share * (1 - share)) / sample);
  const first = bucketOf(coarse, rank - MARGIN * error * total);
  const last = bucketOf(coarse, rank + MARGIN * error * total);
  const buckets = last - first + 1;
  if (buckets > WIDEST) return undefined;
  return { low: first * 2 ** LOW_BITS, width: buckets * 2 ** LOW_BITS };
}

/** The `rank`-th smallest magnitude (1-based), or undefined when it lies outside the window. */
export function findRank(window: WindowCount, rank: number): Cut | undefined {
  const { low, counts } = window;
  let below = window.below;
  if (rank <= below) return undefined;
  for (let i = 0; i < counts.length; i++) {
    const equal = counts[i]!;
    if (rank <= below + equal) {
      const bits = Uint32Array.of(low + i);
      return { magnitude: new Float32Array(bits.buffer)[0]!, below, equal };
    }
    below += equal;
  }
  return undefined;
}

/**
 * Add a tensor to coarse counts, one stretch per model.
 *
 * @returns how many entries were looked at
 */
export function countTensor(
  vectors: Walk,
  pieces: number | undefined,
  counts: Uint32Array | Float64Array,
): number {
  const parts = Array.from({ length: vectors.models }, (_, m) =>
    counts.subarray(m * COARSE, (m + 1) * COARSE),
  );
  let seen = 0;
  vectors.each((_start, base, models) => {
    seen += base.length;
    for (let m = 0; m < models.length; m++) countCoarse(parts[m]!, models[m]!);
  }, pieces);
  return seen;
}

/** Fine counts of a tensor: those of any number of windows per model. */
export function countWindows(
  vectors: Walk,
  windows: readonly (readonly Window[])[],
): WindowCount[][] {
  return scoped(() => {
    const all = windows.map((list) =>
      list.map(({ low, width }) => ({
        low,
        below: 0,
        counts: words(width).fill(0),
      })),
    );
    vectors.each((_start, _base, models) => {
      for (let m = 0; m < models.length; m++)
        for (const window of all[m]!) countWindow(window, models[m]!);
    });
    return all.map((list) =>
      list.map((window) => ({ ...window, counts: window.counts.slice() })),
    );
  });
}

type Ranks = readonly (readonly number[])[];

/** The cuts of all ranks; undefined where a coarse count of so many pieces says too little. */
function attempt(
  vectors: Walk,
  ranks: Ranks,
  pieces: number | undefined,
): Cut[][] | undefined {
  const { length } = vectors;
  const counts = new Uint32Array(COARSE * vectors.models);
  const seen = countTensor(vectors, pieces, counts);
  const windows = ranks.map((list, m) => {
    const coarse = counts.subarray(m * COARSE, (m + 1) * COARSE);
    return list.map((rank) =>
      pieces === undefined
        ? windowAt(coarse, length, rank, 0)
        : windowAt(coarse, seen, (rank / length) * seen, seen),
    );
  });
  if (windows.flat().includes(undefined)) return undefined;
  const found = countWindows(vectors, windows as Window[][]).map((list, m) =>
    list.map((window, i) => findRank(window, ranks[m]![i]!)),
  );
  return found.flat().includes(undefined) ? undefined : (found as Cut[][]);
}

/** Place of the first of some sorted numbers that is not below `value`. */
function firstFrom(sorted: Uint32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cuts of all ranks of a small tensor, by sorting: counts have more buckets than it has entries. */
function cutsOfSorted(vectors: Walk, ranks: Ranks): Cut[][] {
  const { length, models: count } = vectors;
  const all = Array.from({ length: count }, () => new Uint32Array(length));
  vectors.each((start, _base, models) =>
    models.forEach((values, m) => {
      const bits = bitsOf(values);
      for (let i = 0; i < bits.length; i++)
        all[m]![start + i] = bits[i]! & MAGNITUDE;
    }),
  );
  return all.map((magnitudes, m) => {
    if (ranks[m]!.length > 0) magnitudes.sort();
    return ranks[m]!.map((rank) => {
      const bits = magnitudes.subarray(rank - 1, rank);
      const below = firstFrom(magnitudes, bits[0]!);
      return {
        magnitude: new Float32Array(bits.buffer, bits.byteOffset, 1)[0]!,
        below,
        equal: firstFrom(magnitudes, bits[0]! + 1) - below,
      };
    });
  });
}

/**
 * The magnitudes of given ranks, for every model of a tensor: by sorting a small one, else one look at a sample, one at all entries,
 * and one or two more where the sample misled.
 *
 * @param ranks  per model, ranks from 1 (smallest) to the number of entries
 * @example
 * selectMagnitudes(taskVectors(walk(input, { chunk: 65536 })), [[1], [5, 10]])[1].length // 2
 */
export function selectMagnitudes(vectors: Walk, ranks: Ranks): Cut[][] {
  if (ranks.every((list) => list.length === 0)) return ranks.map(() => []);
  if (vectors.length <= SORTED) return cutsOfSorted(vectors, ranks);
  const cuts =
    attempt(vectors, ranks, samplePieces(vectors.length)) ??
    attempt(vectors, ranks, undefined);
  if (cuts === undefined) throw new Error("internal: a rank is in no window");
  return cuts;
}
