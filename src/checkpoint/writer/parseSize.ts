/** Sizes in bytes as people write them. */

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Bytes of a size such as "5GB", "1.5 GiB" or "800": decimal and binary units, fractions of a byte dropped. Letters count as they are
 * written, since Gb would be gigabits.
 *
 * @returns bytes, at least 1
 * @throws RangeError the text is no such size
 * @example
 * parseSize("1.5GB") // 1500000000
 */
export function parseSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/.exec(text.trim());
  const unit = match?.[2] === "" ? "B" : (match?.[2] ?? "");
  const bytes = Object.hasOwn(UNITS, unit)
    ? Math.floor(Number(match![1]) * UNITS[unit]!)
    : NaN;
  if (!(bytes >= 1) || !Number.isSafeInteger(bytes))
    throw new RangeError(
      `parseSize: size must be a number and one of ${Object.keys(UNITS).join(", ")}, at least 1 byte, got ${JSON.stringify(text)}`,
    );
  return bytes;
}
