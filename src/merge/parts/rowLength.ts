/** What a row of a tensor is. */

/** Entries of a row: the last axis; a tensor of one axis is one row, a scalar a row of one. */
export function rowLength(shape: readonly number[]): number {
  return Math.max(1, shape[shape.length - 1] ?? 1);
}
