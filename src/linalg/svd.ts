/** Singular values and directions of a matrix that is wider than high, from the inner products of its rows. */
import { type Matrix, transposeSquare } from "./matrix.js";
import { gramOf, multiply } from "./product.js";
import { eigenInPlace } from "./symmetricEigen.js";

/**
 * Singular values below this share of the largest one count as zero, and their directions as none: inner products in float64 say
 * nothing about them.
 */
export const CUTOFF = 1e-6;

/** Singular values in descending order; left direction k is row k of `left`. */
export interface LeftSvd {
  values: Float64Array;
  left: Matrix & { data: Float64Array };
}

/** All singular values and left directions; those counted as zero are zero. */
export function leftSvd(matrix: Matrix): LeftSvd {
  const n = matrix.rows;
  const { values, vectors } = eigenInPlace(gramOf(matrix), n);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  const singular = roots.map((root) => (root > CUTOFF * roots[0]! ? root : 0));
  const rank = singular.filter((value) => value > 0).length;
  vectors.fill(0, rank * n);
  return { values: singular, left: { rows: n, columns: n, data: vectors } };
}

/** The first `count` left directions, copied: whoever keeps them does not keep all the others. */
export function leading({ left }: LeftSvd, count: number): Matrix {
  const { columns, data } = left;
  return { rows: count, columns, data: data.slice(0, count * columns) };
}

/** Right directions that belong to left ones: row k is uₖᵀ A / σₖ, zeros where σₖ is zero. */
export function rightOf(
  matrix: Matrix,
  left: Matrix,
  values: Float64Array,
): Matrix {
  const { columns } = matrix;
  const data = new Float32Array(left.rows * columns);
  multiply(left, matrix, (from, width, panel) => {
    for (let k = 0; k < left.rows; k++) {
      const scale = values[k]! > 0 ? 1 / values[k]! : 0;
      for (let j = 0; j < width; j++)
        data[k * columns + from + j] = panel[k * width + j]! * scale;
    }
  });
  return { rows: left.rows, columns, data };
}

/** Σ_k factors[k] · row_k row_kᵀ of a square matrix, which is overwritten; factors may not be negative. */
export function sumOfSquares(
  rows: Float64Array,
  factors: Float64Array,
): Matrix {
  const n = factors.length;
  for (let k = 0; k < n; k++) {
    const root = Math.sqrt(factors[k]!);
    for (let i = 0; i < n; i++) rows[k * n + i] = rows[k * n + i]! * root;
  }
  transposeSquare(rows, n);
  return {
    rows: n,
    columns: n,
    data: gramOf({ rows: n, columns: n, data: rows }),
  };
}

/**
 * A symmetric matrix to the power of −1/2, on the directions that it has: those of eigenvalue zero stay zero.
 *
 * @param symmetric  n × n, overwritten
 */
export function inverseRoot(symmetric: Float64Array, n: number): Matrix {
  const { values, vectors } = eigenInPlace(symmetric, n);
  const least = CUTOFF ** 2 * Math.max(0, values[0] ?? 0);
  const powers = values.map((value) => (value > least ? value ** -0.5 : 0));
  return sumOfSquares(vectors, powers);
}
