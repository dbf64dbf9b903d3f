/** Singular values and principal subspaces of a matrix of any size, read a few rows at a time. */
import { Random } from "../random.js";
import { forRows, type StreamedMatrix } from "./matrix.js";
import { product } from "./product.js";
import { symmetricEigen } from "./symmetricEigen.js";

/** The leading part of a singular value decomposition, W ≈ U diag(σ) Vᵀ. */
export interface Spectrum {
  /** The k largest singular values, from the largest down. */
  values: Float64Array;
  /** Left singular vectors, rows × k, row-major. */
  left: Float64Array;
  /** Right singular vectors, columns × k, row-major. */
  right: Float64Array;
  /** Σ σ² over all singular values. */
  squares: number;
  /** Σ σ⁴ over all: exact where `whole`, otherwise estimated from random vectors (relative error about √(2 / 24r) at effective rank r). */
  fourths: number;
  /** True where all singular values were found, which they are in matrices with up to about 140 rows or columns. */
  whole: boolean;
  /** Largest ‖WᵀW v − σ² v‖ / σ² of the k vectors: how far they are from exact. */
  residual: number;
}

/** Options of `leadingSpectrum`. */
export interface SpectrumOptions {
  /** Singular values and vectors wanted, k. */
  rank: number;
  /** Seed of the random vectors that the search starts from. */
  seed: number;
  /** Products with WᵀW after the first, default 6. */
  passes?: number;
}

/** Vectors beyond k in each block: they carry the error. */
const SPARE = 8;

/** A direction that loses all but this share of its length against the others was already there. */
const NOTHING_NEW = 1e-9;

/**
 * The k largest singular values with their vectors, and the sums Σσ² and Σσ⁴ over all of them.
 *
 * A random block is multiplied with WᵀW again and again, and WᵀW is solved within the space of all blocks (block Krylov with full
 * orthogonalisation). When the blocks fill the whole row space, which they do in small matrices, the result is a complete and exact
 * decomposition.
 *
 * Source: Musco and Musco 2015 (arXiv 1504.05477); Σσ⁴ by Hutchinson's estimator on the first block.
 * Cost: 4 · (passes + 2) · (k + 8) multiplications an entry; memory for 2 · (passes + 1) · (k + 8) columns.
 *
 * @throws RangeError rank is not an integer in [1, min(rows, columns)]
 * @example
 * leadingSpectrum(matrixOf(new Float32Array([3, 0, 0, 4]), 2, 2), { rank: 1, seed: 1 }).values // [4]
 */
export function leadingSpectrum(
  matrix: StreamedMatrix,
  { rank, seed, passes = 6 }: SpectrumOptions,
): Spectrum {
  const { rows, columns } = matrix;
  const least = Math.min(rows, columns);
  if (!Number.isInteger(rank) || rank < 1 || rank > least) {
    throw new RangeError(
      `leadingSpectrum: rank must be an integer in [1, ${least}], got ${rank}`,
    );
  }
  const width = Math.min(rank + SPARE, columns);
  const random = new Random(seed, "spectrum");
  const start = Array.from({ length: width }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  );
  const frame = orthonormalise(start, []);
  const first = gramTimes(matrix, frame);
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let block = orthonormalise(first.product, basis);
  for (let pass = 0; pass < passes && block.length > 0; pass++) {
    const { product } = gramTimes(matrix, block);
    basis.push(...block);
    images.push(...product);
    block = orthonormalise(product, basis);
  }
  const whole = block.length === 0;
  const { values, vectors } = symmetricEigen(
    projectedGram(basis, images),
    basis.length,
  );
  const right = combine(basis, vectors, rank, columns);
  // A matrix of lower rank than k has zeros there.
  const squared = new Float64Array(Math.max(rank, values.length));
  values.forEach((value, i) => (squared[i] = Math.max(0, value)));
  const fourths = whole
    ? squared.reduce((sum, value) => sum + value * value, 0)
    : (columns / width) * sumSquares(first.product);
  return {
    values: squared.slice(0, rank).map(Math.sqrt),
    left: leftVectors(matrix, right, squared, rank),
    right,
    squares: first.squares,
    fourths,
    whole,
    residual: residual(images, vectors, right, squared, rank, columns),
  };
}

/** Vectors → the same as columns of one row-major array. */
function interleave(
  vectors: readonly Float64Array[],
  length: number,
): Float64Array {
  const width = vectors.length;
  const out = new Float64Array(length * width);
  vectors.forEach((vector, c) => {
    for (let r = 0; r < length; r++) out[r * width + c] = vector[r]!;
  });
  return out;
}

/** WᵀW times each vector, in one pass over W, with Σ w². */
function gramTimes(
  matrix: StreamedMatrix,
  vectors: readonly Float64Array[],
): { product: Float64Array[]; squares: number } {
  const { columns } = matrix;
  const width = vectors.length;
  const q = interleave(vectors, columns);
  const z = new Float64Array(columns * width);
  let squares = 0;
  forRows(matrix, (_, count, data) => {
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
    squares += sum;
    const y = timesRows(data, count, columns, q, width);
    addOuter(data, count, columns, y, width, z);
  });
  const product = vectors.map((_, c) => {
    const out = new Float64Array(columns);
    for (let r = 0; r < columns; r++) out[r] = z[r * width + c]!;
    return out;
  });
  return { product, squares };
}

/** Rows of W times Q: (count, columns) · (columns, width) → (count, width). */
export function timesRows(
  data: Float32Array,
  count: number,
  columns: number,
  q: Float64Array,
  width: number,
): Float64Array {
  return product(
    { rows: count, columns, data },
    { rows: columns, columns: width, data: q },
  ).data;
}

/** Z += (rows of W)ᵀ · Y, four rows at a time. */
function addOuter(
  data: Float32Array,
  count: number,
  columns: number,
  y: Float64Array,
  width: number,
  z: Float64Array,
): void {
  const fours = count - (count % 4);
  for (let i = 0; i < fours; i += 4) {
    const a = i * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    const y0 = i * width;
    const y1 = y0 + width;
    const y2 = y1 + width;
    const y3 = y2 + width;
    for (let r = 0; r < columns; r++) {
      const w0 = data[a + r]!;
      const w1 = data[b + r]!;
      const w2 = data[c + r]!;
      const w3 = data[d + r]!;
      const at = r * width;
      for (let k = 0; k < width; k++) {
        z[at + k]! +=
          w0 * y[y0 + k]! +
          w1 * y[y1 + k]! +
          (w2 * y[y2 + k]! + w3 * y[y3 + k]!);
      }
    }
  }
  for (let i = fours; i < count; i++) {
    for (let r = 0; r < columns; r++) {
      const w = data[i * columns + r]!;
      for (let k = 0; k < width; k++)
        z[r * width + k]! += w * y[i * width + k]!;
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Orthonormal vectors that span what `vectors` add to `basis`; vectors that add nothing are left out. */
function orthonormalise(
  vectors: readonly Float64Array[],
  basis: readonly Float64Array[],
): Float64Array[] {
  const out: Float64Array[] = [];
  const scale = Math.sqrt(
    Math.max(0, ...vectors.map((vector) => dot(vector, vector))),
  );
  for (const vector of vectors) {
    const v = vector.slice();
    // Twice is enough: the second time removes what rounding left of the first.
    for (let round = 0; round < 2; round++) {
      for (const other of [...basis, ...out]) {
        const along = dot(v, other);
        for (let i = 0; i < v.length; i++) v[i]! -= along * other[i]!;
      }
    }
    const length = Math.sqrt(dot(v, v));
    if (length <= NOTHING_NEW * scale) continue;
    for (let i = 0; i < v.length; i++) v[i]! /= length;
    out.push(v);
  }
  return out;
}

/** QᵀWᵀWQ, made exactly symmetric. */
function projectedGram(
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
): Float64Array {
  const n = basis.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        (dot(basis[i]!, images[j]!) + dot(basis[j]!, images[i]!)) / 2;
      gram[i * n + j] = value;
      gram[j * n + i] = value;
    }
  }
  return gram;
}

/** The first `count` combinations of vectors, whose weights are the rows of `weights`, as columns of one row-major array. */
function combine(
  vectors: readonly Float64Array[],
  weights: Float64Array,
  count: number,
  length: number,
): Float64Array {
  const n = vectors.length;
  const known = Math.min(count, n);
  const out = new Float64Array(length * count);
  vectors.forEach((vector, j) => {
    for (let r = 0; r < length; r++)
      for (let c = 0; c < known; c++)
        out[r * count + c]! += vector[r]! * weights[c * n + j]!;
  });
  return out;
}

function sumSquares(vectors: readonly Float64Array[]): number {
  return vectors.reduce((sum, vector) => sum + dot(vector, vector), 0);
}

/** U = W V / σ. */
function leftVectors(
  matrix: StreamedMatrix,
  right: Float64Array,
  squared: Float64Array,
  count: number,
): Float64Array {
  const { columns } = matrix;
  const left = new Float64Array(matrix.rows * count);
  forRows(matrix, (from, rows, data) => {
    const y = timesRows(data, rows, columns, right, count);
    for (let i = 0; i < y.length; i++) {
      const sigma = Math.sqrt(squared[i % count]!);
      left[from * count + i] = sigma === 0 ? 0 : y[i]! / sigma;
    }
  });
  return left;
}

function residual(
  images: readonly Float64Array[],
  vectors: Float64Array,
  right: Float64Array,
  squared: Float64Array,
  count: number,
  columns: number,
): number {
  const products = combine(images, vectors, count, columns);
  let largest = 0;
  for (let c = 0; c < count; c++) {
    const value = squared[c]!;
    if (value === 0) continue;
    let sum = 0;
    for (let r = 0; r < columns; r++)
      sum += (products[r * count + c]! - value * right[r * count + c]!) ** 2;
    largest = Math.max(largest, Math.sqrt(sum) / value);
  }
  return largest;
}
