/** Counts magnitudes, and keeps entries by magnitude. A float32 without its sign bit orders as its magnitude does. */
import { high, low, narrow } from "./float64.ts";

const MAGNITUDE: i32 = 0x7fffffff;

function countOne(position: u32, width: u32, counts: usize): void {
  if (position < width) {
    const at = counts + 4 * <usize>position;
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** Count the magnitudes from bits `low` on, one by one. Returns how many are smaller. */
export function countWindow(
  values: usize,
  length: usize,
  low: i32,
  width: u32,
  counts: usize,
): u32 {
  const magnitude = i32x4.splat(MAGNITUDE);
  const first = i32x4.splat(low);
  const size = i32x4.splat(width);
  let below = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const bits = v128.and(v128.load(values + 4 * i), magnitude);
    const position = i32x4.sub(bits, first);
    below = i32x4.add(below, i32x4.shr_u(position, 31));
    // Few entries are inside: seldom more than one of four.
    let inside = i32x4.bitmask(i32x4.lt_u(position, size));
    while (inside !== 0) {
      const at = values + 4 * (i + <usize>ctz(inside));
      countOne((load<i32>(at) & MAGNITUDE) - low, width, counts);
      inside &= inside - 1;
    }
  }
  let rest: u32 = 0;
  for (; i < length; i++) {
    const position = (load<i32>(values + 4 * i) & MAGNITUDE) - low;
    rest += (<u32>position) >> 31;
    countOne(position, width, counts);
  }
  return (
    rest +
    i32x4.extract_lane(below, 0) +
    i32x4.extract_lane(below, 1) +
    i32x4.extract_lane(below, 2) +
    i32x4.extract_lane(below, 3)
  );
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

/** Are all of `count` equal entries kept, or none? */
function fits(quota: i32, count: i32): bool {
  return quota <= 0 || quota >= count;
}

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
  const lowest = f32x4.splat(low);
  const highest = f32x4.splat(high);
  let i: usize = 0;
  for (; i < length;) {
    if (i + 4 <= length) {
      const four = v128.load(values + 4 * i);
      const magnitude = f32x4.abs(four);
      const isLow = f32x4.eq(magnitude, lowest);
      const isHigh = v128.andnot(f32x4.eq(magnitude, highest), isLow);
      const lows = popcnt(i32x4.bitmask(isLow));
      const highs = popcnt(i32x4.bitmask(isHigh));
      if (fits(ofLow, lows) && fits(ofHigh, highs)) {
        const between = v128.and(
          f32x4.gt(magnitude, lowest),
          f32x4.lt(magnitude, highest),
        );
        const keptLow = v128.and(isLow, i32x4.splat(-i32(ofLow > 0)));
        const keptHigh = v128.and(isHigh, i32x4.splat(-i32(ofHigh > 0)));
        const kept = v128.or(between, v128.or(keptLow, keptHigh));
        v128.store(values + 4 * i, v128.and(four, kept));
        if (ofLow > 0) ofLow -= lows;
        if (ofHigh > 0) ofHigh -= highs;
        i += 4;
        continue;
      }
    }
    // The last entries, and the few among which a quota ends.
    for (const end = min(i + 4, length); i < end; i++) {
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
