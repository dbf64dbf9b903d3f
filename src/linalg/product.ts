/** Products of matrices, in float64 whatever they are stored in. */
import type { Matrix } from "./matrix.js";

/** Columns of a panel: a few rows of it fit the fastest cache. */
export const PANEL = 512;

/** Columns of all rows as float64, written to `out`: the kernels see one kind of array, and rows side by side. */
function fillPanel(
  out: Float64Array,
  { rows, columns, data }: Matrix,
  from: number,
  to: number,
): void {
  for (let i = 0; i < rows; i++)
    out.set(
      data.subarray(i * columns + from, i * columns + to),
      i * (to - from),
    );
}

/** Inner products of rows i, i + 1 with rows j … j + 3 of a panel, added to `out`; rows beyond the last one are the last one. */
function addDots(
  out: Float64Array,
  n: number,
  p: Float64Array,
  width: number,
  i: number,
  j: number,
): void {
  const last = n - 1;
  const a0 = i * width;
  const a1 = Math.min(last, i + 1) * width;
  const b0 = j * width;
  const b1 = Math.min(last, j + 1) * width;
  const b2 = Math.min(last, j + 2) * width;
  const b3 = Math.min(last, j + 3) * width;
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) {
    const x = p[a0 + k]!;
    const y = p[a1 + k]!;
    const u = p[b0 + k]!;
    const v = p[b1 + k]!;
    const w = p[b2 + k]!;
    const z = p[b3 + k]!;
    s00 += x * u;
    s01 += x * v;
    s02 += x * w;
    s03 += x * z;
    s10 += y * u;
    s11 += y * v;
    s12 += y * w;
    s13 += y * z;
  }
  const sums = [s00, s01, s02, s03, s10, s11, s12, s13];
  for (let row = i; row < Math.min(n, i + 2); row++)
    for (let column = j; column < Math.min(n, j + 4); column++)
      out[row * n + column]! += sums[(row - i) * 4 + column - j]!;
}

/**
 * Inner products of all pairs of rows of a matrix: A Aᵀ, symmetric.
 *
 * @example
 * gramOf({ rows: 1, columns: 2, data: Float32Array.of(3, 4) }) // [25]
 */
export function gramOf(matrix: Matrix): Float64Array {
  const { rows: n, columns } = matrix;
  const out = new Float64Array(n * n);
  const rows = new Float64Array(n * PANEL);
  for (let from = 0; from < columns; from += PANEL) {
    const to = Math.min(columns, from + PANEL);
    fillPanel(rows, matrix, from, to);
    for (let i = 0; i < n; i += 2)
      // Blocks on the diagonal reach above it, where `mirror` overwrites them.
      for (let j = 0; j < i + 2 && j < n; j += 4)
        addDots(out, n, rows, to - from, i, j);
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
  return out;
}

/** out += f₀ b₀ + f₁ b₁ + f₂ b₂ + f₃ b₃, rows of one panel. */
function addFour(
  out: Float64Array,
  b: Float64Array,
  width: number,
  k: number,
  f: readonly [number, number, number, number],
): void {
  const [f0, f1, f2, f3] = f;
  const b0 = k * width;
  const b1 = b0 + width;
  const b2 = b1 + width;
  const b3 = b2 + width;
  for (let j = 0; j < width; j++)
    out[j] =
      out[j]! +
      f0 * b[b0 + j]! +
      f1 * b[b1 + j]! +
      f2 * b[b2 + j]! +
      f3 * b[b3 + j]!;
}

/**
 * A B, panel by panel of the columns of B: `use` gets the columns from `from` on, as rows.length × width, and may keep nothing.
 */
export function multiply(
  a: Matrix,
  b: Matrix,
  use: (from: number, width: number, columns: Float64Array) => void,
): void {
  // Rows of zeros make the number of rows a multiple of four.
  const rows = new Float64Array(4 * Math.ceil(b.rows / 4) * PANEL);
  const all = new Float64Array(a.rows * PANEL);
  for (let from = 0; from < b.columns; from += PANEL) {
    const to = Math.min(b.columns, from + PANEL);
    const width = to - from;
    rows.fill(0, b.rows * width);
    fillPanel(rows, b, from, to);
    const out = all.subarray(0, a.rows * width).fill(0);
    for (let i = 0; i < a.rows; i++) {
      const row = out.subarray(i * width, (i + 1) * width);
      const factor = (k: number): number =>
        k < a.columns ? a.data[i * a.columns + k]! : 0;
      for (let k = 0; k < a.columns; k += 4)
        addFour(row, rows, width, k, [
          factor(k),
          factor(k + 1),
          factor(k + 2),
          factor(k + 3),
        ]);
    }
    use(from, width, out);
  }
}

/** A B as a whole. */
export function product(a: Matrix, b: Matrix): Matrix & { data: Float64Array } {
  const data = new Float64Array(a.rows * b.columns);
  multiply(a, b, (from, width, columns) => {
    for (let i = 0; i < a.rows; i++)
      data.set(
        columns.subarray(i * width, (i + 1) * width),
        i * b.columns + from,
      );
  });
  return { rows: a.rows, columns: b.columns, data };
}
