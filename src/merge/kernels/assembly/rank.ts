/** Ranks of a row by magnitude, and what is pruned by them. */

const MAGNITUDE: i32 = 0x7fffffff;
/** Bits of a magnitude below its exponent. */
const FRACTION_BITS: i32 = 23;
const MOST_BUCKET_BITS: i32 = 12;
/** Steps per entry after which sorting by insertion is given up. */
const PATIENCE: i32 = 16;

/** Replace counts by the sums of all before them. */
function startsOf(counts: usize, buckets: i32): void {
  let start: i32 = 0;
  for (let k: i32 = 0; k < buckets; k++) {
    const at = counts + 4 * <usize>k;
    const count = load<i32>(at);
    store<i32>(at, start);
    start += count;
  }
}

/** Place of the next entry of a bucket. */
function next(counts: usize, bucket: i32): i32 {
  const at = counts + 4 * <usize>bucket;
  const place = load<i32>(at);
  store<i32>(at, place + 1);
  return place;
}

function count(counts: usize, bucket: i32): void {
  const at = counts + 4 * <usize>bucket;
  store<i32>(at, load<i32>(at) + 1);
}

/**
 * Sort pairs of magnitude and position by a first guess, the sixteen binades below the largest magnitude cut into equal buckets, and
 * the rest by insertion; false where that takes too many steps.
 */
function guessSort(
  pairs: usize,
  sorted: usize,
  length: i32,
  largest: i32,
  counts: usize,
): bool {
  let bucketBits: i32 = 6;
  while (bucketBits < MOST_BUCKET_BITS && 1 << bucketBits < 2 * length)
    bucketBits++;
  const buckets = 1 << bucketBits;
  const shift = FRACTION_BITS + 4 - bucketBits;
  const lowest = (largest >>> shift) - buckets + 1;
  memory.fill(counts, 0, 4 * buckets);
  for (let i: i32 = 0; i < length; i++) {
    const magnitude = load<i32>(pairs + 8 * <usize>i, 4);
    count(counts, max((magnitude >>> shift) - lowest, 0));
  }
  startsOf(counts, buckets);
  for (let i: i32 = 0; i < length; i++) {
    const pair = load<u64>(pairs + 8 * <usize>i);
    const bucket = max(((<i32>(pair >>> 32)) >>> shift) - lowest, 0);
    store<u64>(sorted + 8 * <usize>next(counts, bucket), pair);
  }
  let steps = PATIENCE * length;
  for (let i: i32 = 1; i < length; i++) {
    const pair = load<u64>(sorted + 8 * <usize>i);
    let k = i - 1;
    // The position is the lower half of a pair: of equal magnitudes the first ranks lower.
    while (k >= 0 && load<u64>(sorted + 8 * <usize>k) > pair) {
      store<u64>(sorted + 8 * <usize>k, load<u64>(sorted + 8 * <usize>k), 8);
      k--;
    }
    store<u64>(sorted + 8 * <usize>k, pair, 8);
    steps -= i - 1 - k;
    if (steps < 0) return false;
  }
  return true;
}

/** Sort pairs by groups of eight bits, from the lowest to the highest: the same time whatever the row holds. */
function digitSort(
  pairs: usize,
  sorted: usize,
  length: i32,
  counts: usize,
): void {
  let from = pairs;
  let to = sorted;
  for (let shift: i32 = 0; shift < 32; shift += 8) {
    memory.fill(counts, 0, 4 * 256);
    for (let i: i32 = 0; i < length; i++)
      count(counts, (load<i32>(from + 8 * <usize>i, 4) >>> shift) & 255);
    startsOf(counts, 256);
    for (let i: i32 = 0; i < length; i++) {
      const pair = load<u64>(from + 8 * <usize>i);
      const digit = ((<i32>(pair >>> 32)) >>> shift) & 255;
      store<u64>(to + 8 * <usize>next(counts, digit), pair);
    }
    const passed = from;
    from = to;
    to = passed;
  }
  // After four rounds the pairs are where they began.
  memory.copy(sorted, pairs, 8 * <usize>length);
}

/**
 * Sort the entries of a row that are not zero by magnitude. Returns how many they are: `sorted` then holds as many pairs of
 * position and magnitude, the smallest first, and of equal ones the first of the row.
 *
 * @param pairs   scratch, 8 bytes an entry
 * @param sorted  8 bytes an entry
 * @param counts  scratch, 16 kB
 */
export function sortRow(
  values: usize,
  length: i32,
  pairs: usize,
  sorted: usize,
  counts: usize,
): i32 {
  let others: i32 = 0;
  let largest: i32 = 0;
  for (let i: i32 = 0; i < length; i++) {
    const magnitude = load<i32>(values + 4 * <usize>i) & MAGNITUDE;
    store<u64>(pairs + 8 * <usize>others, ((<u64>magnitude) << 32) | (<u64>i));
    // Written each time, but left behind only where it is not zero: a branch could not be guessed.
    others += i32(magnitude !== 0);
    largest = max(largest, magnitude);
  }
  if (!guessSort(pairs, sorted, others, largest, counts))
    digitSort(pairs, sorted, others, counts);
  return others;
}

/**
 * Drop entries of a sorted row at random: the one of rank r is kept with probability lowest + slope · r.
 *
 * @param sorted   pairs of `sortRow`, `others` of them; all other entries are zero
 * @param words    one random word an entry
 * @param rescale  divide what is kept by its probability
 */
export function pruneSorted(
  values: usize,
  length: i32,
  sorted: usize,
  others: i32,
  words: usize,
  lowest: f64,
  slope: f64,
  rescale: bool,
): void {
  const zeros = length - others;
  for (let k: i32 = 0; k < others; k++) {
    const at: usize = 4 * <usize>load<u32>(sorted + 8 * <usize>k);
    const chance = lowest + slope * <f64>(zeros + k);
    const value = load<f32>(values + at);
    const scaled = rescale ? <f32>(<f64>value / chance) : value;
    const kept = <f64>load<u32>(words + at) < chance * 4294967296;
    store<f32>(values + at, select<f32>(scaled, 0, kept));
  }
}
