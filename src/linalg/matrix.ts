/** Matrices: in memory, and read a few rows at a time. */

/** A matrix, row by row. */
export interface Matrix {
  rows: number;
  columns: number;
  data: Float32Array | Float64Array;
}

/** A matrix that is read row by row. */
export interface StreamedMatrix {
  rows: number;
  columns: number;
  /** Fill `out` with whole rows from row `from` on; its length is a multiple of `columns`. */
  read(from: number, out: Float32Array): void;
}

/** Numbers of a streamed matrix in memory at once. */
const MOST_READ = 2 ** 18;

/** A matrix that is in memory. */
export function matrixOf(
  data: Float32Array,
  rows: number,
  columns: number,
): StreamedMatrix {
  return {
    rows,
    columns,
    read: (from: number, out: Float32Array): void =>
      out.set(data.subarray(from * columns, from * columns + out.length)),
  };
}

/** Call `visit` with each stretch of rows: its first row, how many, and their numbers. */
export function forRows(
  { rows, columns, read }: StreamedMatrix,
  visit: (from: number, count: number, data: Float32Array) => void,
): void {
  const most = Math.max(1, Math.min(rows, Math.floor(MOST_READ / columns)));
  const buffer = new Float32Array(most * columns);
  for (let from = 0; from < rows; from += most) {
    const count = Math.min(most, rows - from);
    const data = buffer.subarray(0, count * columns);
    read(from, data);
    visit(from, count, data);
  }
}

/** The matrix mirrored at its diagonal. */
export function transpose({ rows, columns, data }: Matrix): Matrix {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[j * rows + i] = data[i * columns + j]!;
  return { rows: columns, columns: rows, data: out };
}

/** Mirror a square matrix at its diagonal, in place. */
export function transposeSquare(data: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const value = data[i * n + j]!;
      data[i * n + j] = data[j * n + i]!;
      data[j * n + i] = value;
    }
}
