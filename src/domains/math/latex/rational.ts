/** Exact rational numbers, in lowest terms. */
import { BudgetError } from "./budget.js";

/** `top / bottom`, bottom > 0, no common divisor. */
export interface Rational {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Most bits of a numerator or denominator; a tower of powers ends here. */
const MOST_BITS = 20_000;

function gcd(a: bigint, b: bigint): bigint {
  if (a < 0n) a = -a;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function bits(n: bigint): number {
  return 4 * n.toString(16).length;
}

/**
 * `top / bottom` in lowest terms.
 *
 * @throws RangeError bottom is 0
 * @throws BudgetError more than 20,000 bits
 * @example
 * rational(2n, -4n) // { top: -1n, bottom: 2n }
 */
export function rational(top: bigint, bottom: bigint = 1n): Rational {
  if (bottom === 0n)
    throw new RangeError("rational: bottom must not be 0, got 0");
  if (bits(top) > MOST_BITS || bits(bottom) > MOST_BITS)
    throw new BudgetError("rational: more bits than a verdict may use");
  const divisor = gcd(top, bottom) * (bottom < 0n ? -1n : 1n);
  return { top: top / divisor, bottom: bottom / divisor };
}

/** Zero. */
export const ZERO: Rational = { top: 0n, bottom: 1n };

/** One. */
export const ONE: Rational = { top: 1n, bottom: 1n };

/**
 * A decimal without exponent as a rational.
 *
 * @throws BudgetError more than 5,000 characters
 * @example
 * parseDecimal("-0.25") // { top: -1n, bottom: 4n }
 */
export function parseDecimal(text: string): Rational {
  if (text.length > 5000)
    throw new BudgetError("parseDecimal: more digits than a verdict may use");
  const [whole, fraction = ""] = text.split(".") as [string, string?];
  const negative = whole.startsWith("-");
  const digits = whole.replace(/^[-+]/, "") + fraction;
  const top = BigInt(digits === "" ? "0" : digits);
  return rational(negative ? -top : top, 10n ** BigInt(fraction.length));
}

/** a + b. */
export function add(a: Rational, b: Rational): Rational {
  return rational(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
}

/** a · b. */
export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.top * b.top, a.bottom * b.bottom);
}

/**
 * 1 / a.
 *
 * @throws RangeError a is 0
 */
export function reciprocal(a: Rational): Rational {
  return rational(a.bottom, a.top);
}

/** −a. */
export function negate(a: Rational): Rational {
  return { top: -a.top, bottom: a.bottom };
}

/**
 * a to a whole power.
 *
 * @throws BudgetError the result would have more than 20,000 bits
 * @throws RangeError 0 to a negative power
 */
export function power(a: Rational, exponent: bigint): Rational {
  const times = exponent < 0n ? -exponent : exponent;
  const size = Math.max(bits(a.top), bits(a.bottom));
  const trivial = size <= 4 && (a.top === 1n || a.top === -1n || a.top === 0n);
  if (trivial && a.bottom === 1n) {
    if (a.top === 0n && exponent < 0n) return rational(1n, 0n);
    const even = times % 2n === 0n;
    return times === 0n || (a.top === -1n && even) ? ONE : a;
  }
  if (times > 20_000n || Number(times) * size > 2 * MOST_BITS)
    throw new BudgetError("power: more bits than a verdict may use");
  const raised = { top: a.top ** times, bottom: a.bottom ** times };
  return exponent < 0n
    ? reciprocal(raised)
    : rational(raised.top, raised.bottom);
}

/** Whether a = b. */
export function equal(a: Rational, b: Rational): boolean {
  return a.top === b.top && a.bottom === b.bottom;
}

/** −1, 0 or 1 as a is less than, equal to or greater than b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.top * b.bottom - b.top * a.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * The nearest double.
 *
 * @example
 * toNumber(rational(1n, 3n)) // 0.3333333333333333
 */
export function toNumber({ top, bottom }: Rational): number {
  const [a, b] = [Number(top), Number(bottom)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a / b;
  // Both sides are shifted to 64 significant bits of the smaller one.
  const shift = BigInt(Math.max(0, Math.min(bits(top), bits(bottom)) - 64));
  return Number(top >> shift) / Number(bottom >> shift);
}

/**
 * a · 10^places as the nearest integer, ties to even.
 *
 * @example
 * roundTo(rational(1n, 3n), 2) // 33n
 */
export function roundTo(a: Rational, places: number): bigint {
  const scaled = a.top * 10n ** BigInt(places);
  const floor =
    scaled >= 0n || scaled % a.bottom === 0n
      ? scaled / a.bottom
      : scaled / a.bottom - 1n;
  const twice = 2n * (scaled - floor * a.bottom);
  if (twice < a.bottom) return floor;
  if (twice > a.bottom) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}
