/** Numbers as Python computes them where JavaScript does not: rounding, square roots to so many digits, logarithms to so many digits. */

/** A number as `whole · 2^exponent`, exactly; the exponent is at most 0. */
function binary(value: number): { whole: bigint; exponent: number } {
  let exponent = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent--;
  }
  return { whole: BigInt(scaled), exponent };
}

/** `top / bottom` to the nearest whole number, halves to the even one; `bottom` is positive. */
function nearest(top: bigint, bottom: bigint): bigint {
  const sign = top < 0n ? -1n : 1n;
  const size = top * sign;
  const whole = size / bottom;
  const twice = 2n * (size % bottom);
  const up = twice > bottom || (twice === bottom && whole % 2n === 1n);
  return sign * (up ? whole + 1n : whole);
}

/** More decimal places or digits than this are refused: no double has them, and they would take long. */
const MOST_DIGITS = 400;

function checkDigits(digits: number): void {
  if (!Number.isInteger(digits) || Math.abs(digits) > MOST_DIGITS)
    throw new TypeError(
      `digits must be a whole number up to ${MOST_DIGITS}, got ${digits}`,
    );
}

/**
 * Python's `round(value, places)`: of the exact value, halves to the even neighbour.
 *
 * @throws TypeError places is no whole number, or more than 400
 * @example
 * roundTo(2.675, 2)   // 2.67
 */
export function roundTo(value: number, places: number): number {
  checkDigits(places);
  if (!Number.isFinite(value)) return value;
  const { whole, exponent } = binary(value);
  const up = 10n ** BigInt(Math.max(places, 0));
  const down = 10n ** BigInt(Math.max(-places, 0));
  const rounded = nearest(whole * up, 2n ** BigInt(-exponent) * down);
  return Number(`${rounded}e${-places}`);
}

/** The whole part of a square root, by Newton's method. */
function wholeRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * The square root of a number to some significant digits, as Python's `decimal` rounds it (halves to even).
 *
 * @param digits  significant digits, 1 to 400
 * @returns the digits without trailing zeros behind the point, "2" or "1.4142"
 * @throws TypeError digits is out of range
 * @example
 * decimalRoot(2, 5)   // "1.4142"
 */
export function decimalRoot(value: number, digits: number): string {
  checkDigits(digits);
  if (digits < 1)
    throw new TypeError(`digits must be 1 or more, got ${digits}`);
  if (value === 0) return "0";
  const { whole, exponent } = binary(value);
  // value = whole · 5^-exponent / 10^-exponent: a decimal fraction.
  const top = whole * 5n ** BigInt(-exponent);
  const size = top.toString().length + exponent;
  const places = digits - Math.ceil(size / 2);
  // The root of value · 10^(2·(places + 1)), with one digit more than asked and a last one that says whether it is exact.
  const shift = exponent + 2 * (places + 1);
  const scaled =
    shift >= 0 ? top * 10n ** BigInt(shift) : top / 10n ** BigInt(-shift);
  const root = wholeRoot(scaled);
  const exact =
    root * root === scaled &&
    (shift >= 0 || scaled * 10n ** BigInt(-shift) === top);
  const rounded = nearest(root * 10n + (exact ? 0n : 1n), 100n);
  return plain(rounded, places);
}

/** `whole / 10^places` without zeros at its end. */
function plain(whole: bigint, places: number): string {
  const text = (places < 0 ? whole * 10n ** BigInt(-places) : whole)
    .toString()
    .padStart(places + 1, "0");
  if (places <= 0) return text;
  const fraction = text.slice(-places).replace(/0+$/, "");
  return text.slice(0, -places) + (fraction === "" ? "" : `.${fraction}`);
}

/** Natural logarithm of a positive number as `whole · 2^-bits`, with an error of a few units. */
function logarithm(value: number, bits: number): bigint {
  const one = 1n << BigInt(bits);
  const { whole, exponent } = binary(value);
  const power = whole.toString(2).length - 1 + exponent;
  // value = 2^power · m with 1 ≤ m < 2; ln m = 2 · artanh((m − 1) / (m + 1))
  const shift = BigInt(bits + exponent - power);
  const m = shift >= 0n ? whole << shift : whole >> -shift;
  const artanh = (top: bigint, bottom: bigint): bigint => {
    const ratio = (top << BigInt(bits)) / bottom;
    const square = (ratio * ratio) >> BigInt(bits);
    let [sum, term] = [0n, ratio];
    for (let k = 1n; term !== 0n; k += 2n) {
      sum += term / k;
      term = (term * square) >> BigInt(bits);
    }
    return sum;
  };
  const two = 2n * artanh(1n, 3n);
  return BigInt(power) * two + 2n * artanh(m - one, m + one);
}

/** A fraction rounded to some bits, as `whole · 2^exponent`. */
function toBits(
  top: bigint,
  bottom: bigint,
  bits: number,
): { whole: bigint; exponent: number } {
  const size = (value: bigint): number =>
    value.toString(2).replace("-", "").length;
  let exponent = size(top) - size(bottom) - bits;
  for (;;) {
    const whole =
      exponent >= 0
        ? nearest(top, bottom << BigInt(exponent))
        : nearest(top << BigInt(-exponent), bottom);
    if (size(whole) <= bits) return { whole, exponent };
    exponent++;
  }
}

/**
 * The quotient of two natural logarithms, each and then their quotient rounded to the binary digits that mpmath takes for some
 * decimal ones.
 *
 * Deviates: negative values have no logarithm here (there a complex one).
 *
 * @param digits  decimal digits, 1 to 400
 * @returns the value as a number, and exactly as "odd · 2^exponent"
 * @throws RangeError value or base is not positive, or base is 1 · TypeError digits is out of range
 * @example
 * logarithmTo(36, 6, 4).value   // 2
 */
export function logarithmTo(
  value: number,
  base: number,
  digits: number,
): { value: number; exact: string } {
  checkDigits(digits);
  // The logarithm of 0 is infinite: what is divided by it is 0.
  if (base === 0 && value > 0 && Number.isFinite(value))
    return { value: 0, exact: "0" };
  if (!(value > 0 && base > 0 && base !== 1) || value === Infinity)
    throw new RangeError("value and base must be positive, and base not 1");
  const bits = Math.max(1, Math.round((digits + 1) * 3.3219280948873626));
  // Twice the bits and some: a result that lies just between two neighbours would need more, which no double comes near.
  const inner = 2 * bits + 64;
  const [first, second] = [value, base].map((one) =>
    one === 1
      ? { whole: 0n, exponent: 0 }
      : toBits(logarithm(one, inner), 1n << BigInt(inner), bits),
  ) as [Rounded, Rounded];
  if (first.whole === 0n) return { value: 0, exact: "0" };
  const shift = first.exponent - second.exponent;
  const top = shift >= 0 ? first.whole << BigInt(shift) : first.whole;
  const bottom = shift >= 0 ? second.whole : second.whole << BigInt(-shift);
  const sign = bottom < 0n ? -1n : 1n;
  const { whole, exponent } = toBits(sign * top, sign * bottom, bits);
  const zeros = /0*$/.exec(whole.toString(2))![0].length;
  return {
    value: Number(whole) * 2 ** exponent,
    exact: `${whole >> BigInt(zeros)} · 2^${exponent + zeros}`,
  };
}

/** `whole · 2^exponent`. */
type Rounded = ReturnType<typeof toBits>;
