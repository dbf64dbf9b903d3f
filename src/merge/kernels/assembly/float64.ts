/** Four float32 as two pairs of float64, and their sums. */

/** The first two of four float32. */
export function low(values: v128): v128 {
  return f64x2.promote_low_f32x4(values);
}

/** The last two. */
export function high(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 1));
}

/** Four sums as one, the first of them given apart: what came after whole fours was added to it. */
export function total(sum01: v128, sum23: v128, first: f64): f64 {
  return (
    first +
    f64x2.extract_lane(sum01, 1) +
    (f64x2.extract_lane(sum23, 0) + f64x2.extract_lane(sum23, 1))
  );
}

/** Four float32 of two pairs of float64, rounded. */
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<u64>(
    f32x4.demote_f64x2_zero(low),
    f32x4.demote_f64x2_zero(high),
    0,
    2,
  );
}
