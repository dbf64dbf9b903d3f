/** The sum of a list. */

/**
 * Sum of a list, front to back; 0 for none, NaN where one of them is.
 *
 * @throws RangeError something is no number: a text would be joined, not added
 * @example
 * total([1, 2, 3]) // 6
 */
export function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) {
    if (typeof value !== "number")
      throw new RangeError(
        `total: values must be numbers, got ${JSON.stringify(value) ?? "nothing"}`,
      );
    sum += value;
  }
  return sum;
}
