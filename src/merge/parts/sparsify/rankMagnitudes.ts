/** Ranks the entries of a row by magnitude. */

const MAGNITUDE = 0x7fffffff;
const BITS = 31;
/** Rows from this length on are sorted by a first guess. */
const LONG = 1024;
/** Buckets of the first guess: 256 for each of the sixteen binades below the largest magnitude. */
const BUCKETS = 4096;
const BUCKET_BITS = 15;
/** Steps per entry after which a first guess is given up: few are usual, and ties take none. */
const PATIENCE = 16;

/** Writes the rank of every entry of a row; reuses its scratch. */
export type Ranking = (values: Float32Array, ranks: Int32Array) => void;

/**
 * Sort positions by magnitude, by groups of bits from the lowest to the highest, which keeps the order of what is equal. Takes the
 * same time whatever the row holds.
 */
function digitSort(length: number): (magnitudes: Int32Array) => Int32Array {
  const digitBits = length < LONG ? 8 : 11;
  const digits = 2 ** digitBits;
  const counts = new Int32Array(digits);
  const orders = [new Int32Array(length), new Int32Array(length)] as const;
  return (magnitudes) => {
    let [from, to] = orders;
    for (let i = 0; i < length; i++) from[i] = i;
    for (let shift = 0; shift < BITS; shift += digitBits) {
      counts.fill(0);
      for (let i = 0; i < length; i++)
        counts[(magnitudes[i]! >>> shift) & (digits - 1)]!++;
      startsOf(counts);
      for (let i = 0; i < length; i++) {
        const index = from[i]!;
        const digit = (magnitudes[index]! >>> shift) & (digits - 1);
        to[counts[digit]!++] = index;
      }
      [from, to] = [to, from];
    }
    return from;
  };
}

/** Replace counts by the sums of all before them. */
function startsOf(counts: Int32Array): void {
  let start = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k]!;
    counts[k] = start;
    start += count;
  }
}

/** Move entries down past larger ones; false when that takes too many steps. */
function finish(order: Int32Array, magnitudes: Int32Array): boolean {
  let steps = PATIENCE * order.length;
  for (let i = 1; i < order.length; i++) {
    const index = order[i]!;
    const magnitude = magnitudes[index]!;
    let k = i - 1;
    while (k >= 0 && magnitudes[order[k]!]! > magnitude) {
      order[k + 1] = order[k]!;
      k--;
    }
    order[k + 1] = index;
    steps -= i - 1 - k;
    if (steps < 0) return false;
  }
  return true;
}

/** Sort positions by magnitude: by leading bits first, the rest by insertion. Fast where few entries share their leading bits. */
function guessSort(
  length: number,
): (magnitudes: Int32Array) => Int32Array | undefined {
  const counts = new Int32Array(BUCKETS);
  const order = new Int32Array(length);
  return (magnitudes) => {
    let largest = 0;
    for (let i = 0; i < length; i++)
      if (magnitudes[i]! > largest) largest = magnitudes[i]!;
    const lowest = (largest >>> BUCKET_BITS) - BUCKETS + 1;
    counts.fill(0);
    for (let i = 0; i < length; i++) {
      const bucket = (magnitudes[i]! >>> BUCKET_BITS) - lowest;
      counts[bucket < 0 ? 0 : bucket]!++;
    }
    startsOf(counts);
    for (let i = 0; i < length; i++) {
      const bucket = (magnitudes[i]! >>> BUCKET_BITS) - lowest;
      order[counts[bucket < 0 ? 0 : bucket]!++] = i;
    }
    return finish(order, magnitudes) ? order : undefined;
  };
}

/**
 * A ranking of rows of one length: rank 0 is the smallest magnitude, and of equal ones the first.
 *
 * @example
 * const ranks = new Int32Array(3);
 * rankMagnitudes(3)(Float32Array.of(-5, 1, 2), ranks); // ranks: 2, 0, 1
 */
export function rankMagnitudes(length: number): Ranking {
  const magnitudes = new Int32Array(length);
  const guess = length < LONG ? undefined : guessSort(length);
  const sort = digitSort(length);
  return (values, ranks) => {
    const bits = new Int32Array(values.buffer, values.byteOffset, length);
    for (let i = 0; i < length; i++) magnitudes[i] = bits[i]! & MAGNITUDE;
    const order = guess?.(magnitudes) ?? sort(magnitudes);
    for (let i = 0; i < length; i++) ranks[order[i]!] = i;
  };
}
