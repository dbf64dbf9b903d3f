/** Shortens the numbers of committed files. */

/** A number with six digits: more than any table or figure shows, and short enough for a file that is committed. */
export function brief(value: number): number {
  return Number(value.toPrecision(6));
}
