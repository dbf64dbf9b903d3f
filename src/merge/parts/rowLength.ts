/** What a row of a tensor is. */

/** Entries of a row: the last axis; a tensor of one axis is one row, a scalar a row of one. */
export function rowLength(shape: readonly number[]): number {
  return Math.max(1, shape[shape.length - 1] ?? 1);
}

/** Bytes of the rows that must be whole, where they are longer than what is read at a time. */
export function rowMemory(
  { shape }: { shape: readonly number[] },
  models: number,
): number {
  const row = rowLength(shape);
  return row > 2 ** 16 ? 4 * row * (models + 6) : 0;
}
