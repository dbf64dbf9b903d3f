/** Counts magnitudes, and keeps entries by magnitude. A float32 without its sign bit orders as its magnitude does. */
import { high, low, narrow } from "./float64.ts";

const MAGNITUDE: i32 = 0x7fffffff;

/** Bits of a magnitude that a coarse count leaves out. */
const LOW_BITS: i32 = 15;

function countOne(position: i32, coarse: bool, counts: usize): void {
  const bucket = position >>> LOW_BITS;
  const rest = position & ((1 << LOW_BITS) - 1);
  const place = coarse ? 2 * bucket + i32(rest !== 0) : position;
  const at = counts + 4 * <usize>place;
  store<u32>(at, load<u32>(at) + 1);
}

function sumLanes(counts: v128): u32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}

/**
 * Count the magnitudes from bits `low` on: one by one, or where `coarse` is set in buckets, whose smallest magnitude has a count of its own.
 * Returns how many are smaller.
 *
 * @param places  number of counts
 */
export function countWindow(
  values: usize,
  length: usize,
  low: i32,
  places: i32,
  coarse: bool,
  counts: usize,
): u32 {
  const last = low + (coarse ? places << (LOW_BITS - 1) : places) - 1;
  const magnitude = i32x4.splat(MAGNITUDE);
  const lowest = i32x4.splat(low);
  const highest = i32x4.splat(last);
  // The first magnitude of a window is often zero, and far more frequent than the others: it is counted four at a time.
  let equal = i32x4.splat(0);
  let above = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const bits = v128.and(v128.load(values + 4 * i), magnitude);
    const isAbove = i32x4.gt_s(bits, lowest);
    equal = i32x4.sub(equal, i32x4.eq(bits, lowest));
    above = i32x4.sub(above, isAbove);
    let inside = i32x4.bitmask(v128.andnot(isAbove, i32x4.gt_s(bits, highest)));
    while (inside !== 0) {
      const at = values + 4 * (i + <usize>ctz(inside));
      countOne((load<i32>(at) & MAGNITUDE) - low, coarse, counts);
      inside &= inside - 1;
    }
  }
  const equals = sumLanes(equal);
  store<u32>(counts, load<u32>(counts) + equals);
  let below = <u32>i - equals - sumLanes(above);
  for (; i < length; i++) {
    const bits = load<i32>(values + 4 * i) & MAGNITUDE;
    below += u32(bits < low);
    if (bits >= low && bits <= last) countOne(bits - low, coarse, counts);
  }
  return below;
}

/** Zero what is smaller than a magnitude. */
export function dropBelow(values: usize, length: usize, least: f32): void {
  const limit = f32x4.splat(least);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const four = v128.load(values + 4 * i);
    v128.store(
      values + 4 * i,
      v128.and(four, f32x4.ge(f32x4.abs(four), limit)),
    );
  }
  for (; i < length; i++) {
    const value = load<f32>(values + 4 * i);
    store<f32>(values + 4 * i, abs(value) >= least ? value : 0);
  }
}

/** Entries handled alike, where no quota ends among them. */
const GROUP: usize = 256;

/** Are all of `count` equal entries kept, or none? */
function fits(quota: i32, count: i32): bool {
  return quota <= 0 || quota >= count;
}

/** Zero what is not in a stretch of magnitudes, and count what equals `low` and `high`; lengths are multiples of 4. */
function dropAround(
  values: usize,
  length: usize,
  first: i32,
  last: i32,
  low: i32,
  high: i32,
): void {
  const magnitude = i32x4.splat(MAGNITUDE);
  const before = i32x4.splat(first - 1);
  const end = i32x4.splat(last);
  const lowest = i32x4.splat(low);
  const highest = i32x4.splat(high);
  let lows = i32x4.splat(0);
  let highs = i32x4.splat(0);
  for (let i: usize = 0; i < length; i += 4) {
    const four = v128.load(values + 4 * i);
    const bits = v128.and(four, magnitude);
    const kept = v128.andnot(i32x4.gt_s(bits, before), i32x4.gt_s(bits, end));
    v128.store(values + 4 * i, v128.and(four, kept));
    lows = i32x4.sub(lows, i32x4.eq(bits, lowest));
    highs = i32x4.sub(highs, i32x4.eq(bits, highest));
  }
  lowsFound = sumLanes(lows);
  highsFound = sumLanes(highs);
}

// What `dropAround` found last.
let lowsFound: i32 = 0;
let highsFound: i32 = 0;

/**
 * Zero what is not strictly between two magnitudes, but for the first entries that equal one: `quotas` says how many, as two int32
 * that are counted down.
 */
export function dropOutside(
  values: usize,
  length: usize,
  low: f32,
  high: f32,
  quotas: usize,
): void {
  let ofLow = load<i32>(quotas);
  let ofHigh = load<i32>(quotas, 4);
  const lowBits = reinterpret<i32>(low);
  const highBits = reinterpret<i32>(high);
  for (let i: usize = 0; i < length;) {
    const count = min(length - i, GROUP);
    if (fits(ofLow, <i32>count) && fits(ofHigh, <i32>count)) {
      const first = lowBits + i32(ofLow <= 0);
      const last = highBits - i32(ofHigh <= 0 && low !== high);
      const whole = count & ~3;
      dropAround(values + 4 * i, whole, first, last, lowBits, highBits);
      if (ofLow > 0) ofLow -= lowsFound;
      if (ofHigh > 0 && low !== high) ofHigh -= highsFound;
      i += whole;
      if (whole === GROUP) continue;
    }
    // The last entries, and the few among which a quota ends.
    for (const end = min(i + GROUP, length); i < end; i++) {
      const value = load<f32>(values + 4 * i);
      const magnitude = abs(value);
      let kept = magnitude > low && magnitude < high;
      if (magnitude === low) {
        kept = ofLow > 0;
        ofLow -= i32(kept);
      } else if (magnitude === high) {
        kept = ofHigh > 0;
        ofHigh -= i32(kept);
      }
      if (!kept) store<f32>(values + 4 * i, 0);
    }
  }
  store<i32>(quotas, ofLow);
  store<i32>(quotas, ofHigh, 4);
}

/** out = the mean square distance of the models from their mean, per entry, rounded once; up to three entries more are written. */
export function variance(
  out: usize,
  length: usize,
  models: usize,
  count: usize,
): void {
  const share = f64x2.splat(1.0 / <f64>count);
  const by = f64x2.splat(<f64>count);
  for (let i: usize = 0; i < length; i += 4) {
    let meanLow = f64x2.splat(0);
    let meanHigh = f64x2.splat(0);
    for (let m: usize = 0; m < count; m++) {
      const values = v128.load(load<usize>(models + 4 * m) + 4 * i);
      meanLow = f64x2.add(meanLow, f64x2.mul(share, low(values)));
      meanHigh = f64x2.add(meanHigh, f64x2.mul(share, high(values)));
    }
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    for (let m: usize = 0; m < count; m++) {
      const values = v128.load(load<usize>(models + 4 * m) + 4 * i);
      const a = f64x2.sub(low(values), meanLow);
      const b = f64x2.sub(high(values), meanHigh);
      sumLow = f64x2.add(sumLow, f64x2.mul(a, a));
      sumHigh = f64x2.add(sumHigh, f64x2.mul(b, b));
    }
    v128.store(
      out + 4 * i,
      narrow(f64x2.div(sumLow, by), f64x2.div(sumHigh, by)),
    );
  }
}

/** Number of entries that are not zero. */
export function countNonZero(values: usize, length: usize): i32 {
  const zero = f32x4.splat(0);
  let count: i32 = 0;
  let i: usize = 0;
  for (; i + 4 <= length; i += 4)
    count += popcnt<i32>(
      i32x4.bitmask(f32x4.ne(v128.load(values + 4 * i), zero)),
    );
  for (; i < length; i++) count += <i32>(load<f32>(values + 4 * i) !== 0);
  return count;
}

/** Zero the entries where others are zero. */
export function keepWhere(values: usize, length: usize, others: usize): void {
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const kept = f32x4.ne(v128.load(others + 4 * i), zero);
    v128.store(values + 4 * i, v128.and(v128.load(values + 4 * i), kept));
  }
  for (; i < length; i++)
    if (load<f32>(others + 4 * i) === 0) store<f32>(values + 4 * i, 0);
}
