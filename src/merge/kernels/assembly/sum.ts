/** Sums over the models of a block in float64, in the order of the models. `models` holds one address per model. */
import { high, low, narrow, total } from "./float64.ts";

/** values − base, in place, rounded to float32. */
export function subtract(values: usize, base: usize, length: usize): void {
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) {
    const at = values + 4 * i;
    const from = base + 4 * i;
    const a = f32x4.sub(v128.load(at), v128.load(from));
    const b = f32x4.sub(v128.load(at, 16), v128.load(from, 16));
    v128.store(at, a);
    v128.store(at, b, 16);
  }
  for (; i < length; i++)
    store<f32>(
      values + 4 * i,
      load<f32>(values + 4 * i) - load<f32>(base + 4 * i),
    );
}

/** out = (ofBase · base + Σ_m w_m x_m) / divisor, rounded once; up to three entries more are written. */
export function combine(
  out: usize,
  base: usize,
  length: usize,
  models: usize,
  count: usize,
  weights: usize,
  ofBase: f64,
  divisor: f64,
): void {
  const own = f64x2.splat(ofBase);
  const by = f64x2.splat(divisor);
  for (let i: usize = 0; i < length; i += 4) {
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    for (let m: usize = 0; m < count; m++) {
      const values = v128.load(load<usize>(models + 4 * m) + 4 * i);
      const weight = v128.load64_splat(weights + 8 * m);
      sumLow = f64x2.add(sumLow, f64x2.mul(weight, low(values)));
      sumHigh = f64x2.add(sumHigh, f64x2.mul(weight, high(values)));
    }
    const origin = v128.load(base + 4 * i);
    sumLow = f64x2.add(f64x2.mul(own, low(origin)), sumLow);
    sumHigh = f64x2.add(f64x2.mul(own, high(origin)), sumHigh);
    v128.store(
      out + 4 * i,
      narrow(f64x2.div(sumLow, by), f64x2.div(sumHigh, by)),
    );
  }
}

function addScaled(base: v128, change: v128, lambda: v128): v128 {
  return narrow(
    f64x2.add(low(base), f64x2.mul(lambda, low(change))),
    f64x2.add(high(base), f64x2.mul(lambda, high(change))),
  );
}

/** out = base + λ · float32(Σ_m w_m x_m); up to three entries more are written. */
export function addSum(
  out: usize,
  base: usize,
  length: usize,
  models: usize,
  count: usize,
  weights: usize,
  lambda: f64,
): void {
  const scale = f64x2.splat(lambda);
  for (let i: usize = 0; i < length; i += 4) {
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    for (let m: usize = 0; m < count; m++) {
      const values = v128.load(load<usize>(models + 4 * m) + 4 * i);
      const weight = v128.load64_splat(weights + 8 * m);
      sumLow = f64x2.add(sumLow, f64x2.mul(weight, low(values)));
      sumHigh = f64x2.add(sumHigh, f64x2.mul(weight, high(values)));
    }
    const change = narrow(sumLow, sumHigh);
    v128.store(out + 4 * i, addScaled(v128.load(base + 4 * i), change, scale));
  }
}

/** The signs of sums: 1, −1, or `onZero`. */
function vote(sum: v128, onZero: v128): v128 {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const sign = v128.or(v128.and(sum, f64x2.splat(-0.0)), one);
  return v128.bitselect(onZero, sign, f64x2.eq(sum, zero));
}

function weighed(weight: v128, value: v128, plain: bool): v128 {
  return plain ? value : f64x2.mul(weight, value);
}

/** What sums are divided by: 1 where nothing has a vote or takes part. */
function divisor(by: v128, vote: v128, least: v128): v128 {
  const zero = f64x2.splat(0);
  const voted = v128.and(by, f64x2.ne(vote, zero));
  const raised = f64x2.pmax(voted, least);
  return v128.bitselect(f64x2.splat(1), raised, f64x2.eq(raised, zero));
}

/** The signs of Σ_m v_m x_m at four entries, as float32: 1, −1, or `tie` where a sum is zero. */
function votes(
  at: usize,
  models: usize,
  count: usize,
  factors: usize,
  tie: v128,
  plain: bool,
): v128 {
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  for (let m: usize = 0; m < count; m++) {
    const values = v128.load(load<usize>(models + 4 * m) + at);
    const voice = plain ? tie : v128.load64_splat(factors + 24 * m);
    sumLow = f64x2.add(sumLow, weighed(voice, low(values), plain));
    sumHigh = f64x2.add(sumHigh, weighed(voice, high(values), plain));
  }
  return narrow(vote(sumLow, tie), vote(sumHigh, tie));
}

/** The sign bits of four float32. */
const SIGN: i32 = 0x80000000;

/** Σ_m f_m x_m over what agrees with `signs` at four entries, divided by its Σ_m w_m where `divide`. */
function agreed(
  at: usize,
  models: usize,
  count: usize,
  factors: usize,
  signs: v128,
  divide: bool,
  plain: bool,
  least: v128,
): v128 {
  const zero = f64x2.splat(0);
  // With the sign of the vote, what agrees is positive.
  const turn = v128.and(signs, i32x4.splat(SIGN));
  let sumLow = zero;
  let sumHigh = zero;
  let byLow = zero;
  let byHigh = zero;
  let number = zero;
  for (let m: usize = 0; m < count; m++) {
    const values = v128.load(load<usize>(models + 4 * m) + at);
    const turned = v128.xor(values, turn);
    if (plain) {
      // A truth value is −1.
      if (divide) number = i32x4.sub(number, f32x4.gt(turned, zero));
      const own = f32x4.pmax(zero, turned);
      sumLow = f64x2.add(sumLow, low(own));
      sumHigh = f64x2.add(sumHigh, high(own));
      continue;
    }
    const factor = v128.load64_splat(factors + 24 * m, 8);
    const valueLow = f64x2.mul(factor, low(turned));
    const valueHigh = f64x2.mul(factor, high(turned));
    sumLow = f64x2.add(sumLow, f64x2.pmax(zero, valueLow));
    sumHigh = f64x2.add(sumHigh, f64x2.pmax(zero, valueHigh));
    if (divide) {
      const weight = v128.load64_splat(factors + 24 * m, 16);
      byLow = f64x2.add(byLow, v128.and(f64x2.gt(valueLow, zero), weight));
      byHigh = f64x2.add(byHigh, v128.and(f64x2.gt(valueHigh, zero), weight));
    }
  }
  // Back to the sign of the vote; a sum of zero stays +0.
  sumLow = f64x2.add(f64x2.mul(sumLow, low(signs)), zero);
  sumHigh = f64x2.add(f64x2.mul(sumHigh, high(signs)), zero);
  if (!divide) return narrow(sumLow, sumHigh);
  if (plain) {
    byLow = f64x2.convert_low_i32x4_s(number);
    byHigh = f64x2.convert_low_i32x4_s(v128.shuffle<u64>(number, number, 1, 1));
  }
  return narrow(
    f64x2.div(sumLow, divisor(byLow, low(signs), least)),
    f64x2.div(sumHigh, divisor(byHigh, high(signs), least)),
  );
}

/** `addAgreeing`, for constants `divide` and `plain`: all factors are 1. */
function agreeing(
  out: usize,
  base: usize,
  length: usize,
  models: usize,
  count: usize,
  factors: usize,
  onZero: f64,
  divide: bool,
  plain: bool,
  least: f64,
  lambda: f64,
): void {
  const scale = f64x2.splat(lambda);
  const tie = f64x2.splat(onZero);
  const leastDivisor = f64x2.splat(least);
  for (let at: usize = 0; at < 4 * length; at += 16) {
    // prettier-ignore
    const signs = inline.always(votes(at, models, count, factors, tie, plain));
    // prettier-ignore
    const change = inline.always(agreed(at, models, count, factors, signs, divide, plain, leastDivisor));
    v128.store(out + at, addScaled(v128.load(base + at), change, scale));
  }
}

/**
 * out = base + λ · float32(Σ_m f_m x_m [agrees] / Σ_m w_m [agrees]), where x_m agrees if f_m x_m has the sign of Σ_m v_m x_m, or the
 * sign `onZero` where that is zero; a divisor below `least` is raised to it, one of zero is 1. Up to three entries
 * more are written.
 *
 * @param factors  v, f and w of every model, three float64 each
 * @param divide   false: the divisor is 1
 */
export function addAgreeing(
  out: usize,
  base: usize,
  length: usize,
  models: usize,
  count: usize,
  factors: usize,
  onZero: f64,
  divide: bool,
  least: f64,
  lambda: f64,
): void {
  let plain = true;
  for (let k: usize = 0; k < 3 * count; k++)
    plain = plain && load<f64>(factors + 8 * k) === 1;
  // Each of these is a loop without the steps that it does not need.
  // prettier-ignore
  if (!divide) inline.always(agreeing(out, base, length, models, count, factors, onZero, false, false, least, lambda));
  else if (plain) inline.always(agreeing(out, base, length, models, count, factors, onZero, true, true, least, lambda));
  else inline.always(agreeing(out, base, length, models, count, factors, onZero, true, false, least, lambda));
}

/** Sum over the entries of a block of sign(x_1 + … + x_M). */
export function balance(length: usize, models: usize, count: usize): f64 {
  const zero = f64x2.splat(0);
  // −1 per positive sum and 1 per negative one: a truth value is all ones.
  let signs = zero;
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    let sumLow = zero;
    let sumHigh = zero;
    for (let m: usize = 0; m < count; m++) {
      const values = v128.load(load<usize>(models + 4 * m) + 4 * i);
      sumLow = f64x2.add(sumLow, low(values));
      sumHigh = f64x2.add(sumHigh, high(values));
    }
    signs = i64x2.add(signs, f64x2.gt(sumLow, zero));
    signs = i64x2.sub(signs, f64x2.lt(sumLow, zero));
    signs = i64x2.add(signs, f64x2.gt(sumHigh, zero));
    signs = i64x2.sub(signs, f64x2.lt(sumHigh, zero));
  }
  let rest: i64 = 0;
  for (; i < length; i++) {
    let sum: f64 = 0;
    for (let m: usize = 0; m < count; m++)
      sum += <f64>load<f32>(load<usize>(models + 4 * m) + 4 * i);
    rest += i64(sum > 0) - i64(sum < 0);
  }
  return <f64>(
    (rest - i64x2.extract_lane(signs, 0) - i64x2.extract_lane(signs, 1))
  );
}

/** Σ|x| of a block, in four sums; the last few entries count to the first. */
export function sumMagnitudes(values: usize, length: usize): f64 {
  let sum01 = f64x2.splat(0);
  let sum23 = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const magnitudes = f32x4.abs(v128.load(values + 4 * i));
    sum01 = f64x2.add(sum01, low(magnitudes));
    sum23 = f64x2.add(sum23, high(magnitudes));
  }
  let rest = f64x2.extract_lane(sum01, 0);
  for (; i < length; i++) rest += <f64>abs(load<f32>(values + 4 * i));
  return total(sum01, sum23, rest);
}

/** Σx² of a block, in four sums; the last few entries count to the first. */
export function sumSquares(values: usize, length: usize): f64 {
  let sum01 = f64x2.splat(0);
  let sum23 = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 4 <= length; i += 4) {
    const four = v128.load(values + 4 * i);
    const a = low(four);
    const b = high(four);
    sum01 = f64x2.add(sum01, f64x2.mul(a, a));
    sum23 = f64x2.add(sum23, f64x2.mul(b, b));
  }
  let rest = f64x2.extract_lane(sum01, 0);
  for (; i < length; i++) {
    const value = <f64>load<f32>(values + 4 * i);
    rest += value * value;
  }
  return total(sum01, sum23, rest);
}
