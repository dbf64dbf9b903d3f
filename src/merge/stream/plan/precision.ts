/** Which float formats hold the values of which. */

/** Bits behind the leading one, and the smallest and largest exponent of two, of each float format. */
const FORMATS: Readonly<Record<string, readonly [number, number, number]>> = {
  F16: [10, -14, 15],
  BF16: [7, -126, 127],
  F32: [23, -126, 127],
  F64: [52, -1022, 1023],
};

/** Formats that can be merged. */
export const FLOATS: readonly string[] = Object.keys(FORMATS);

/**
 * Whether every value of format `narrow` is also one of format `wide`.
 *
 * @example
 * holds("F32", "BF16") // true
 */
export function holds(wide: string, narrow: string): boolean {
  const [digits, low, high] = FORMATS[wide]!;
  const [otherDigits, otherLow, otherHigh] = FORMATS[narrow]!;
  return digits >= otherDigits && low <= otherLow && high >= otherHigh;
}

/** The format of values after reading: float32 at most, and that of the recipe where it is narrower. */
export function readAs(stored: string, dtype: string | null): string {
  const read = stored === "F64" ? "F32" : stored;
  return dtype === null || holds(dtype, read) ? read : dtype;
}

/** The narrowest format that holds all values of some formats. */
export function widest(formats: readonly string[]): string {
  return FLOATS.find((wide) => formats.every((each) => holds(wide, each)))!;
}
