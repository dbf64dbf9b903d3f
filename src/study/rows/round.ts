/** Shortens the numbers of committed files. */

/** A number with six digits: more than any table or figure shows, and short enough for a file that is committed. */
export function brief(value: number): number {
  return Number(value.toPrecision(6));
}

/** A share in points, 0 to 100, with three decimals. */
export function points(value: number): number {
  return Number((100 * value).toFixed(3));
}

/** A share with four decimals. */
export function share(value: number): number {
  return Number(value.toFixed(4));
}
