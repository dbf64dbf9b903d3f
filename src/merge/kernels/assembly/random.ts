/** Random drops: Threefry-2x32-20, four blocks at a time, and what is kept by it. */
import { high, low, narrow } from "./float64.ts";

function turned(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

// The words of the four blocks that `draw` made last.
let first: v128 = i32x4.splat(0);
let second: v128 = i32x4.splat(0);

/** Four blocks: counters in two words each, keys k0, k1 and k0 ^ k1 ^ 0x1bd11bda. */
function draw(low: v128, high: v128, k0: v128, k1: v128, k2: v128): void {
  let x0 = i32x4.add(low, k0);
  let x1 = i32x4.add(high, k1);
  for (let group: i32 = 1; group <= 5; group++) {
    if (group & 1) {
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 13), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 15), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 26), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 6), x0);
    } else {
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 17), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 29), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 16), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(turned(x1, 24), x0);
    }
    // The keys take turns.
    const passed = k0;
    k0 = k1;
    k1 = k2;
    k2 = passed;
    x0 = i32x4.add(x0, k0);
    x1 = i32x4.add(x1, i32x4.add(k1, i32x4.splat(group)));
  }
  first = x0;
  second = x1;
}

/** The words of blocks `start` … `start` + count − 1, in their order; `count` is a multiple of 4. */
export function fillWords(
  key0: i32,
  key1: i32,
  start: f64,
  out: usize,
  count: usize,
): void {
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  const k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda);
  const steps = i32x4(0, 1, 2, 3);
  for (let i: usize = 0; i < count; i += 4) {
    const counter = <u64>start + i;
    const lowWord = i32x4.add(i32x4.splat(<i32>counter), steps);
    // Lanes whose low word passed 2³².
    const wrapped = i32x4.lt_u(lowWord, i32x4.splat(<i32>counter));
    const highWord = i32x4.sub(i32x4.splat(<i32>(counter >> 32)), wrapped);
    draw(lowWord, highWord, k0, k1, k2);
    v128.store(out + 8 * i, v128.shuffle<u32>(first, second, 0, 4, 1, 5));
    v128.store(out + 8 * i, v128.shuffle<u32>(first, second, 2, 6, 3, 7), 16);
  }
}

/** Blocks set aside for a mask. */
const BLOCKS: u64 = 32;

/**
 * Independent coin throws: bit j of mask g is for entry 32 · (start + g) + j, and is set with probability `density`. Up to
 * three masks more are written.
 */
export function fillMasks(
  key0: i32,
  key1: i32,
  density: f64,
  start: f64,
  masks: usize,
  count: usize,
): void {
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  const k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda);
  for (let g: usize = 0; g < count; g += 4) {
    const counter = (<u64>start + g) * BLOCKS;
    const lowWord = i32x4.add(
      i32x4.splat(<i32>counter),
      i32x4(0, <i32>BLOCKS, 2 * <i32>BLOCKS, 3 * <i32>BLOCKS),
    );
    const wrapped = i32x4.lt_u(lowWord, i32x4.splat(<i32>counter));
    const highWord = i32x4.sub(i32x4.splat(<i32>(counter >> 32)), wrapped);
    let open = i32x4.splat(-1);
    let kept = i32x4.splat(0);
    let digits = density;
    for (let block: i32 = 0; digits > 0 && v128.any_true(open); block++) {
      // Counters of a mask begin at a multiple of 32: the low word does not pass 2³² within it.
      draw(i32x4.add(lowWord, i32x4.splat(block)), highWord, k0, k1, k2);
      digits *= 2;
      if (digits >= 1) {
        digits -= 1;
        kept = v128.or(kept, v128.andnot(open, first));
        open = v128.and(open, first);
      } else open = v128.andnot(open, first);
      digits *= 2;
      if (digits >= 1) {
        digits -= 1;
        kept = v128.or(kept, v128.andnot(open, second));
        open = v128.and(open, second);
      } else open = v128.andnot(open, second);
    }
    v128.store(masks + 4 * g, kept);
  }
}

/** Zero the entries whose bits are not set. */
export function dropMasked(values: usize, length: usize, masks: usize): void {
  const bits = i32x4(1, 2, 4, 8);
  let i: usize = 0;
  for (; i + 32 <= length; i += 32) {
    let mask = v128.load32_splat(masks + (i >>> 3));
    for (let j: usize = 0; j < 32; j += 4) {
      const at = values + 4 * (i + j);
      const kept = i32x4.eq(v128.and(mask, bits), bits);
      v128.store(at, v128.and(v128.load(at), kept));
      mask = i32x4.shr_u(mask, 4);
    }
  }
  for (; i < length; i++) {
    const mask = load<i32>(masks + ((i >>> 5) << 2)) >>> ((<i32>i) & 31);
    if (!(mask & 1)) store<f32>(values + 4 * i, 0);
  }
}

/** Bits of the entries that are not zero. Lengths are multiples of 32. */
export function maskNonZero(values: usize, length: usize, masks: usize): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < length; i += 32) {
    let mask: i32 = 0;
    for (let j: usize = 0; j < 32; j += 4) {
      const four = v128.load(values + 4 * (i + j));
      mask |= i32x4.bitmask(f32x4.ne(four, zero)) << (<i32>j);
    }
    store<i32>(masks + (i >>> 3), mask);
  }
}

function change(value: v128, origin: v128, scale: v128): v128 {
  return f64x2.add(origin, f64x2.mul(f64x2.sub(value, origin), scale));
}

/**
 * Keep or set back the entries of an expert: entry i takes part where the 53 random bits of block start + i, `upper` (27 bits) and
 * `lower` (26), are below those of the density; what takes part is moved away from the base by `scale`, unless that is 1.
 */
export function dropToBase(
  values: usize,
  base: usize,
  length: usize,
  key0: i32,
  key1: i32,
  start: f64,
  upper: i32,
  lower: i32,
  scale: f64,
): void {
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  const k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda);
  const steps = i32x4(0, 1, 2, 3);
  const most = i32x4.splat(upper);
  const rest = i32x4.splat(lower);
  const by = f64x2.splat(scale);
  for (let i: usize = 0; i < length; i += 4) {
    const counter = <u64>start + i;
    const lowWord = i32x4.add(i32x4.splat(<i32>counter), steps);
    const wrapped = i32x4.lt_u(lowWord, i32x4.splat(<i32>counter));
    const highWord = i32x4.sub(i32x4.splat(<i32>(counter >> 32)), wrapped);
    draw(lowWord, highWord, k0, k1, k2);
    const leading = i32x4.shr_u(first, 5);
    const trailing = i32x4.shr_u(second, 6);
    const kept = v128.or(
      i32x4.lt_s(leading, most),
      v128.and(i32x4.eq(leading, most), i32x4.lt_s(trailing, rest)),
    );
    const value = v128.load(values + 4 * i);
    const origin = v128.load(base + 4 * i);
    const moved =
      scale === 1
        ? value
        : narrow(
            change(low(value), low(origin), by),
            change(high(value), high(origin), by),
          );
    const own = v128.and(kept, f32x4.ne(value, origin));
    const out = v128.bitselect(moved, origin, own);
    const left = length - i;
    if (left >= 4) v128.store(values + 4 * i, out);
    else {
      store<f32>(values + 4 * i, f32x4.extract_lane(out, 0));
      if (left > 1) store<f32>(values + 4 * i, f32x4.extract_lane(out, 1), 4);
      if (left > 2) store<f32>(values + 4 * i, f32x4.extract_lane(out, 2), 8);
    }
  }
}
