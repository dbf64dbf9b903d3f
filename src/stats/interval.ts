/** Student's t quantile, Wilson's interval for a share, and the record that every estimate of this room is returned in. */

/** An estimate with its uncertainty; unit: that of what was averaged (shares in [0, 1] for scores). */
export interface Estimate {
  mean: number;
  /** Standard error of `mean`. */
  se: number;
  /** Lower and upper end of the 95 % interval. */
  low: number;
  high: number;
}

/** ln Γ(x) for x > 0 (Lanczos, g = 7, n = 9; relative error below 1e-13). */
function lnGamma(x: number): number {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028,
    771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  let sum = c[0]!;
  for (let i = 1; i < 9; i++) sum += c[i]! / (x - 1 + i);
  const t = x + 6.5;
  return (
    0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
  );
}

/** Regularized incomplete beta function I_x(a, b) by Lentz's continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    lnGamma(a + b) -
      lnGamma(a) -
      lnGamma(b) +
      a * Math.log(x) +
      b * Math.log(1 - x) -
      Math.log(a),
  );
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / Math.max(tiny, 1 - ((a + b) * x) / (a + 1));
  let f = d;
  for (let m = 1; m < 500; m++) {
    for (const numerator of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + numerator * d || tiny);
      c = 1 + numerator / c || tiny;
      f *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * f;
}

/**
 * Quantile of Student's t distribution, by bisection of its distribution function.
 *
 * @param probability  in (0.5, 1)
 * @param df           degrees of freedom, > 0, need not be whole; Infinity gives the normal quantile to 1e-6
 * @throws RangeError probability or df outside its range
 * @example
 * studentT(0.975, 9) // 2.262
 */
export function studentT(probability: number, df: number): number {
  if (!(probability > 0.5 && probability < 1)) {
    throw new RangeError(
      `studentT: probability must be in (0.5, 1), got ${probability}`,
    );
  }
  if (!(df > 0))
    throw new RangeError(`studentT: df must be positive, got ${df}`);
  const v = Math.min(df, 1e7);
  // P(T ≤ t) = 1 − I_{v/(v+t²)}(v/2, 1/2) / 2 for t ≥ 0
  const upper = (t: number) =>
    0.5 * incompleteBeta(v / (v + t * t), v / 2, 0.5);
  let low = 0;
  let high = 1;
  while (upper(high) > 1 - probability) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (upper(middle) > 1 - probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Probability of a Student's t at least as far from zero as t, on either side.
 *
 *   p = I_{df/(df+t²)}(df/2, 1/2)
 *
 * @param t   any number
 * @param df  degrees of freedom, > 0, need not be whole; Infinity gives the normal's to 1e-6
 * @throws RangeError df is not positive
 * @example
 * twoSided(2.262, 9) // 0.05
 */
export function twoSided(t: number, df: number): number {
  if (!(df > 0))
    throw new RangeError(`twoSided: df must be positive, got ${df}`);
  const v = Math.min(df, 1e7);
  return incompleteBeta(v / (v + t * t), v / 2, 0.5);
}

/**
 * Symmetric 95 % interval mean ± t(0.975, df) · se.
 *
 * @param df  degrees of freedom of `se`; Infinity where the error is known
 */
export function symmetric(mean: number, se: number, df: number): Estimate {
  const half = se === 0 ? 0 : studentT(0.975, df) * se;
  return { mean, se, low: mean - half, high: mean + half };
}

/**
 * 95 % interval of a share: Wilson's, with the effective number of independent answers n* = p(1 − p) / se².
 *
 * It stays inside [0, 1] and keeps a width where every answer is equal (se = 0, then n* = n).
 *
 * Source: Wilson 1927; effective sample size as in Korn and Graubard 1998.
 *
 * @param mean  share in [0, 1]
 * @param se    its standard error
 * @param n     number of items, used when `se` is 0
 * @param df    degrees of freedom of `se`
 */
export function shareInterval(
  mean: number,
  se: number,
  n: number,
  df: number,
): Estimate {
  const z = studentT(0.975, df);
  const effective = se > 0 ? (mean * (1 - mean)) / (se * se) : n;
  const z2 = (z * z) / effective;
  const centre = (mean + z2 / 2) / (1 + z2);
  const half =
    (z * Math.sqrt((mean * (1 - mean)) / effective + z2 / (4 * effective))) /
    (1 + z2);
  return {
    mean,
    se,
    low: Math.max(0, centre - half),
    high: Math.min(1, centre + half),
  };
}
