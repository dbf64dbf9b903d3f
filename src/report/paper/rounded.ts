/** Numbers as printed: each is known to half a unit of its last digit, and so is what follows from them. */

/** A number with the bounds between which it lies; equal bounds where it is exact. */
export interface Rounded {
  value: number;
  low: number;
  high: number;
  /** Decimals that it was printed with; absent where it was computed. */
  digits?: number;
}

const NUMBER = /^[+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/;

/**
 * Whether a text is a printed number.
 *
 * @example
 * isNumber("+2.63") // true
 */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/**
 * A number as it was printed: the true one lies within half a unit of the last digit.
 *
 * @param text  for example "63.7", "+2.63", "1e-3"; whole numbers are counts and exact
 * @throws TypeError the text is not a number
 * @example
 * printed("63.7") // { value: 63.7, low: 63.65, high: 63.75, digits: 1 }
 */
export function printed(text: string): Rounded {
  const match = NUMBER.exec(text);
  if (match === null)
    throw new TypeError(`printed: text must be a number, got "${text}"`);
  const value = Number(text);
  const exponent = Number(match[2] ?? 0);
  const decimals = match[1]?.length ?? 0;
  const digits = Math.max(decimals - exponent, 0);
  const half = decimals === 0 ? 0 : 0.5 * 10 ** -digits;
  return { value, low: value - half, high: value + half, digits };
}

/**
 * A number without a rounding error.
 *
 * @example
 * exactly(0.3) // { value: 0.3, low: 0.3, high: 0.3 }
 */
export function exactly(value: number): Rounded {
  return { value, low: value, high: value };
}

/**
 * A − B.
 *
 * @example
 * differenceOf(printed("80.29"), printed("77.66")).value // 2.63
 */
export function differenceOf(a: Rounded, b: Rounded): Rounded {
  return {
    value: a.value - b.value,
    low: a.low - b.high,
    high: a.high - b.low,
  };
}

/**
 * Σ of the numbers.
 *
 * @example
 * sumOf([printed("4782.3"), printed("6404.4")]).value // 11186.7
 */
export function sumOf(numbers: readonly Rounded[]): Rounded {
  const sum = (key: "value" | "low" | "high"): number =>
    numbers.reduce((total, number) => total + number[key], 0);
  return { value: sum("value"), low: sum("low"), high: sum("high") };
}

/**
 * Mean of the numbers.
 *
 * @throws RangeError there is no number
 * @example
 * meanOf([printed("81.15"), printed("74.74")]).value // 77.945
 */
export function meanOf(numbers: readonly Rounded[]): Rounded {
  if (numbers.length === 0)
    throw new RangeError("meanOf: numbers must not be empty, got 0");
  return scaled(sumOf(numbers), 1 / numbers.length);
}

/**
 * scale · A / B for positive numbers, such as a share in percent.
 *
 * @param scale  1 by default, 100 for percent
 * @throws RangeError a number may be zero or negative
 * @example
 * ratioOf(printed("10050.6"), printed("15778.5"), 100).value // 63.698…
 */
export function ratioOf(a: Rounded, b: Rounded, scale: number = 1): Rounded {
  if (!(a.low >= 0 && b.low > 0))
    throw new RangeError(
      `ratioOf: numbers must be positive, got ${a.low} and ${b.low}`,
    );
  return scaled(
    { value: a.value / b.value, low: a.low / b.high, high: a.high / b.low },
    scale,
  );
}

/**
 * Pearson's r. Its bounds are of first order in the rounding errors: Σ |∂r/∂x_i| δ_i + Σ |∂r/∂y_i| δ_i.
 *
 *   ∂r/∂x_i = (v_i − r u_i) / ‖x − x̄‖,  u and v the centred x and y divided by their norms
 *
 * @throws RangeError fewer than three pairs, or unequal lengths
 * @example
 * correlationOf([1, 2, 3].map((x) => printed(`${x}.0`)), [2, 4, 7].map((y) => printed(`${y}.0`))).value // 0.993…
 */
export function correlationOf(
  xs: readonly Rounded[],
  ys: readonly Rounded[],
): Rounded {
  if (xs.length !== ys.length || xs.length < 3)
    throw new RangeError(
      `correlationOf: at least 3 pairs are needed, got ${xs.length} and ${ys.length} numbers`,
    );
  const x = unit(xs);
  const y = unit(ys);
  const r = x.unit.reduce((sum, u, i) => sum + u * y.unit[i]!, 0);
  const slope = (v: number, u: number, norm: number): number =>
    Math.abs(v - r * u) / norm;
  const error = x.unit.reduce(
    (sum, u, i) =>
      sum +
      slope(y.unit[i]!, u, x.norm) * halfWidth(xs[i]!) +
      slope(u, y.unit[i]!, y.norm) * halfWidth(ys[i]!),
    0,
  );
  return { value: r, low: r - error, high: r + error };
}

function scaled({ value, low, high }: Rounded, scale: number): Rounded {
  return { value: scale * value, low: scale * low, high: scale * high };
}

function halfWidth({ low, high }: Rounded): number {
  return (high - low) / 2;
}

function unit(numbers: readonly Rounded[]): { unit: number[]; norm: number } {
  const mean = meanOf(numbers).value;
  const centred = numbers.map(({ value }) => value - mean);
  const norm = Math.hypot(...centred);
  return { unit: centred.map((value) => value / norm), norm };
}
