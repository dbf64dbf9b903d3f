/** Stored numbers to float32 and back, and what is checked and measured on the way. */
import { high, low, total } from "./float64.ts";

const LANES: usize = 4;

/** bfloat16 → float32; the source may lie in the upper half of the output. */
export function widenBf16(source: usize, out: usize, length: usize): void {
  const zero = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) {
    const halves = v128.load(source + 2 * i);
    const low = v128.shuffle<u16>(zero, halves, 0, 8, 0, 9, 0, 10, 0, 11);
    const high = v128.shuffle<u16>(zero, halves, 0, 12, 0, 13, 0, 14, 0, 15);
    v128.store(out + 4 * i, low);
    v128.store(out + 4 * i, high, 16);
  }
  for (; i < length; i++)
    store<u32>(out + 4 * i, (<u32>load<u16>(source + 2 * i)) << 16);
}

// A float16 moved to the place of a float32 has an exponent that is 112 too small; a product makes good for it, subnormals included.
const REBASE: f32 = reinterpret<f32>(0x77800000);

/** float16 → float32; the source may lie in the upper half of the output. */
export function widenF16(source: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += LANES) {
    // The last entries come one by one, since more would be read than there is.
    if (i + LANES > length) {
      for (; i < length; i++) {
        const half = <u32>load<u16>(source + 2 * i);
        const value = reinterpret<f32>((half & 0x7fff) << 13) * REBASE;
        const special: u32 = (half & 0x7c00) === 0x7c00 ? 0x7f800000 : 0;
        store<u32>(
          out + 4 * i,
          reinterpret<u32>(value) | special | ((half & 0x8000) << 16),
        );
      }
      return;
    }
    const half = v128.load16x4_u(source + 2 * i);
    const exponent = v128.and(half, i32x4.splat(0x7c00));
    const special = v128.and(
      i32x4.eq(exponent, i32x4.splat(0x7c00)),
      i32x4.splat(0x7f800000),
    );
    const magnitude = i32x4.shl(v128.and(half, i32x4.splat(0x7fff)), 13);
    const sign = i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16);
    const value = f32x4.mul(magnitude, f32x4.splat(REBASE));
    v128.store(out + 4 * i, v128.or(v128.or(value, special), sign));
  }
}

/** Is there a NaN or an infinity? */
export function hasNonFinite(values: usize, length: usize): bool {
  // Adding the smallest exponent carries into the sign bit exactly where the exponent is all ones.
  const magnitude = i32x4.splat(0x7fffffff);
  const carry = i32x4.splat(0x00800000);
  let carried = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) {
    const at = values + 4 * i;
    const a = i32x4.add(v128.and(v128.load(at), magnitude), carry);
    const b = i32x4.add(v128.and(v128.load(at, 16), magnitude), carry);
    const c = i32x4.add(v128.and(v128.load(at, 32), magnitude), carry);
    const d = i32x4.add(v128.and(v128.load(at, 48), magnitude), carry);
    carried = v128.or(carried, v128.or(v128.or(a, b), v128.or(c, d)));
  }
  let rest: u32 = 0;
  for (; i < length; i++)
    rest |= (load<u32>(values + 4 * i) & 0x7fffffff) + 0x00800000;
  return i32x4.bitmask(carried) !== 0 || rest >> 31 !== 0;
}

function countAll(counts: v128): f64 {
  return <f64>(
    (i32x4.extract_lane(counts, 0) +
      i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) +
      i32x4.extract_lane(counts, 3))
  );
}

function sumAll(sum01: v128, sum23: v128): f64 {
  return total(sum01, sum23, f64x2.extract_lane(sum01, 0));
}

function addSquare(sum: v128, value: v128): v128 {
  return f64x2.add(sum, f64x2.mul(value, value));
}

/**
 * Round finite float32 values to bfloat16, and measure what survives: entries changed and survived, squares of the change, of the
 * stored change and of the error, as five float64. Lengths are multiples of 4; squares are added up in four sums.
 */
export function storeBf16(
  merged: usize,
  base: usize,
  out: usize,
  length: usize,
  found: usize,
): void {
  const zero = i32x4.splat(0);
  const one = i32x4.splat(1);
  const half = i32x4.splat(0x7fff);
  const upper = i32x4.splat(0xffff0000);
  let change01 = zero;
  let change23 = zero;
  let stored01 = zero;
  let stored23 = zero;
  let error01 = zero;
  let error23 = zero;
  let changed = zero;
  let survived = zero;
  for (let i: usize = 0; i < length; i += 4) {
    const value = v128.load(merged + 4 * i);
    const origin = v128.load(base + 4 * i);
    const odd = v128.and(i32x4.shr_u(value, 16), one);
    const near = i32x4.add(i32x4.add(value, half), odd);
    v128.store64_lane(
      out + 2 * i,
      v128.shuffle<u16>(near, near, 1, 3, 5, 7, 1, 3, 5, 7),
      0,
    );
    const stored = v128.and(near, upper);
    const before01 = f64x2.sub(low(value), low(origin));
    const before23 = f64x2.sub(high(value), high(origin));
    const after01 = f64x2.sub(low(stored), low(origin));
    const after23 = f64x2.sub(high(stored), high(origin));
    change01 = addSquare(change01, before01);
    change23 = addSquare(change23, before23);
    stored01 = addSquare(stored01, after01);
    stored23 = addSquare(stored23, after23);
    error01 = addSquare(error01, f64x2.sub(after01, before01));
    error23 = addSquare(error23, f64x2.sub(after23, before23));
    const differs = f32x4.ne(value, origin);
    // A truth value is −1.
    changed = i32x4.sub(changed, differs);
    survived = i32x4.sub(survived, v128.and(differs, f32x4.ne(stored, origin)));
  }
  store<f64>(found, countAll(changed));
  store<f64>(found, countAll(survived), 8);
  store<f64>(found, sumAll(change01, change23), 16);
  store<f64>(found, sumAll(stored01, stored23), 24);
  store<f64>(found, sumAll(error01, error23), 32);
}
