/** Refuses what is no finite number, before a statistic hides it. */

/**
 * Check that a list holds finite numbers only; a hole is none.
 *
 * @param what  caller and name of the list, for the message
 * @throws RangeError
 * @example
 * checkFinite("bootstrap: items", [0, 1])
 */
export function checkFinite(what: string, values: readonly number[]): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const value: unknown = values[at];
  throw new RangeError(
    `${what} must be finite numbers, got ${typeof value === "string" ? JSON.stringify(value) : String(value)} at ${at}`,
  );
}
