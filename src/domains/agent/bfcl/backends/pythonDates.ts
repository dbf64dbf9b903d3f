/** Dates as Python's `strptime` and `strftime` read and write them, in the forms that the classes use. */

/** Milliseconds of a day and a time, or NaN where there is no such one. */
function utc(parts: readonly number[]): number {
  const [year, month, date, hour = 0, minute = 0, second = 0] = parts as [
    number,
    number,
    number,
    ...number[],
  ];
  const at = new Date(Date.UTC(2000, month - 1, date, hour, minute, second));
  at.setUTCFullYear(year, month - 1, date);
  const same =
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === date &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute;
  return same && year >= 1 ? at.getTime() : NaN;
}

function read(pattern: RegExp, text: unknown): number {
  if (typeof text !== "string") throw new TypeError("must be a text");
  const found = pattern.exec(text);
  const at = found === null ? NaN : utc(found.slice(1).map(Number));
  if (Number.isNaN(at)) throw new RangeError(`not a date: ${text}`);
  return at;
}

/**
 * Milliseconds of a day, "2024-09-01".
 *
 * @throws TypeError it is not a text · RangeError it is not a day
 */
export const day = (text: unknown): number =>
  read(/^(\d{4})-(\d{1,2})-(\d{1,2})$/, text);

/**
 * Milliseconds of a day and a time, "2024-09-01 10:30:00".
 *
 * @throws TypeError it is not a text · RangeError it is not a time
 */
export const dateTime = (text: unknown): number =>
  read(/^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/, text);

/** A time as "2024-09-01 10:30:00". */
export const stamp = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replace("T", " ");
