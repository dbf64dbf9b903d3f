/**
 * Exact selection by magnitude in a stream, without sorting more than a block: a coarse count of a sample finds about where a rank lies, a count of a
 * window around it finds the value. A float32 without its sign bit orders as its magnitude does.
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
/** Widest window whose magnitudes are counted one by one, in coarse buckets; four megabytes of counts. */
const WIDEST = 32;
/** Half the width of a window around what a sample says, in standard errors: twice what independent entries need, for others. */
const MARGIN = 6;

/** The value of a rank, how many magnitudes are smaller, and how many are equal. */
export interface Cut {
  magnitude: number;
  below: number;
  equal: number;
}

/**
 * A stretch of magnitudes, as bits. In a coarse one each bucket has two counts, of its smallest magnitude and of all others: changes of
 * bfloat16 weights have so few digits that they are nearly always the smallest of a bucket, and so are found in wide windows too.
 */
export interface Window {
  low: number;
  width: number;
  coarse: boolean;
}

/** A count of the magnitudes of a window, and of all that are smaller. */
export interface WindowCount {
  low: number;
  coarse: boolean;
  below: number;
  counts: Uint32Array | Float64Array;
}

/** All magnitudes. */
const EVERYTHING: Window = { low: 0, width: 2 ** 31, coarse: true };

/** Number of counts of a window. */
const countsOf = ({ width, coarse }: Window): number =>
  coarse ? (2 * width) / 2 ** LOW_BITS : width;

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
  const { low, coarse, counts } = window;
  if (inArena(values, counts)) {
    window.below += kernels.countWindow(
      values.byteOffset,
      values.length,
      low,
      counts.length,
      coarse,
      counts.byteOffset,
    );
    return;
  }
  const bits = bitsOf(values);
  let below = 0;
  for (let i = 0; i < bits.length; i++) {
    const position = (bits[i]! & MAGNITUDE) - low;
    below -= position >> 31;
    const bucket = position >>> LOW_BITS;
    const isSmallest = position % 2 ** LOW_BITS === 0;
    const place = coarse ? 2 * bucket + +!isSmallest : position;
    // Few entries are inside, so that the processor nearly always guesses this branch right.
    if (position >= 0 && place < counts.length) counts[place]!++;
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
 * Where to look for a rank.
 *
 * @param coarse  coarse counts, of everything or of a sample
 * @param total   what they add up to
 * @param rank    1 … total
 * @param sample  entries that a sample looked at; 0 where everything was counted
 */
export function windowAt(
  coarse: Uint32Array | Float64Array,
  total: number,
  rank: number,
  sample: number,
): Window {
  const share = rank / total;
  const error = sample === 0 ? 0 : Math.sqrt((share * (1 - share)) / sample);
  const first = bucketOf(coarse, rank - MARGIN * error * total);
  const last = bucketOf(coarse, rank + MARGIN * error * total);
  const buckets = last - first + 1;
  return {
    low: first * 2 ** LOW_BITS,
    width: buckets * 2 ** LOW_BITS,
    coarse: buckets > WIDEST,
  };
}

/**
 * The `rank`-th smallest magnitude (1-based); the bucket that it is in, where a coarse count says no more; undefined when it lies outside
 * the window.
 */
export function findRank(
  { low, coarse, below, counts }: WindowCount,
  rank: number,
): Cut | Window | undefined {
  if (rank <= below) return undefined;
  let smaller = below;
  for (let i = 0; i < counts.length; i++) {
    const equal = counts[i]!;
    if (rank <= smaller + equal) {
      const bits = low + (coarse ? Math.trunc(i / 2) * 2 ** LOW_BITS : i);
      if (coarse && i % 2 === 1)
        return { low: bits, width: 2 ** LOW_BITS, coarse: false };
      const [magnitude] = new Float32Array(Uint32Array.of(bits).buffer);
      return { magnitude: magnitude!, below: smaller, equal };
    }
    smaller += equal;
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

/** Counts of a tensor: those of any number of windows per model. */
export function countWindows(
  vectors: Walk,
  windows: readonly (readonly Window[])[],
): WindowCount[][] {
  return scoped(() => {
    const all = windows.map((list) =>
      list.map((window) => ({
        low: window.low,
        coarse: window.coarse,
        below: 0,
        counts: words(countsOf(window)).fill(0),
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

const everywhere = (ranks: Ranks): Window[][] =>
  ranks.map((list) => list.map(() => EVERYTHING));

/** The windows of all ranks: around what a sample says, where the tensor is large enough to take one. */
function windowsOf(vectors: Walk, ranks: Ranks): Window[][] {
  const { length } = vectors;
  const pieces = samplePieces(length);
  if (pieces === undefined) return everywhere(ranks);
  const counts = new Uint32Array(COARSE * vectors.models);
  const seen = countTensor(vectors, pieces, counts);
  return ranks.map((list, m) => {
    const coarse = counts.subarray(m * COARSE, (m + 1) * COARSE);
    return list.map((rank) =>
      windowAt(coarse, seen, (rank / length) * seen, seen),
    );
  });
}

/** The cuts of all ranks; undefined where one is in none of its windows. */
function cutsIn(
  vectors: Walk,
  ranks: Ranks,
  windows: readonly (readonly Window[])[],
): Cut[][] | undefined {
  const found = countWindows(vectors, windows).map((list, m) =>
    list.map((window, i) => findRank(window, ranks[m]![i]!)),
  );
  if (found.flat().includes(undefined)) return undefined;
  const isOpen = (each: Cut | Window | undefined): each is Window =>
    each !== undefined && "width" in each;
  if (!found.flat().some(isOpen)) return found as Cut[][];
  const closer = cutsIn(
    vectors,
    ranks.map((list, m) => list.filter((_, i) => isOpen(found[m]![i]))),
    found.map((list) => list.filter(isOpen)),
  );
  return found.map((list, m) => {
    const rest = closer![m]!.values();
    return list.map((each) =>
      isOpen(each) ? (rest.next().value as Cut) : each!,
    );
  });
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
 * The magnitudes of given ranks, for every model of a tensor: by sorting a small one, else one look at a sample of a large one, one at all
 * entries, and one or two more where the sample misled or a coarse count left a bucket open.
 *
 * @param ranks  per model, ranks from 1 (smallest) to the number of entries
 * @example
 * selectMagnitudes(taskVectors(walk(input, { chunk: 65536 })), [[1], [5, 10]])[1].length // 2
 */
export function selectMagnitudes(vectors: Walk, ranks: Ranks): Cut[][] {
  if (ranks.every((list) => list.length === 0)) return ranks.map(() => []);
  if (vectors.length <= SORTED) return cutsOfSorted(vectors, ranks);
  const cuts =
    cutsIn(vectors, ranks, windowsOf(vectors, ranks)) ??
    cutsIn(vectors, ranks, everywhere(ranks));
  if (cuts === undefined) throw new Error("internal: a rank is in no window");
  return cuts;
}
