/** Eigenvalues and eigenvectors of a symmetric matrix: Householder's tridiagonal form, then QL with implicit shifts, in float64. */

import { transposeSquare } from "./matrix.js";

/** Most QL steps per eigenvalue; two or three are usual. */
const MOST_STEPS = 60;

/** Eigenvalues in descending order; eigenvector k is row k of `vectors`. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array;
}

/** Σ a·b of the first `length` entries of two rows. */
function dotRows(
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[atA + i]! * b[atB + i]!;
  return sum;
}

/** b += factor · a, for the first `length` entries of two rows. */
function addRow(
  b: Float64Array,
  atB: number,
  a: Float64Array,
  atA: number,
  factor: number,
  length: number,
): void {
  for (let i = 0; i < length; i++)
    b[atB + i] = b[atB + i]! + factor * a[atA + i]!;
}

/**
 * Turn a symmetric matrix (lower triangle read) into a tridiagonal one by reflections of its rows, from the last to the second. Row i
 * of `a` then holds the vector of reflection i, `heights[i]` half its squared length.
 */
function tridiagonalize(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  beside: Float64Array,
  heights: Float64Array,
): void {
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    diagonal[i] = a[row + i]!;
    const largest = a
      .subarray(row, row + i)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const tail = a
      .subarray(row, row + i - 1)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (tail === 0) {
      beside[i] = i > 0 ? a[row + i - 1]! : 0;
      continue;
    }
    // Scaled by the largest entry, so that squares neither vanish nor overflow.
    let square = 0;
    for (let k = 0; k < i; k++) {
      const value = a[row + k]! / largest;
      a[row + k] = value;
      square += value * value;
    }
    const last = a[row + i - 1]!;
    const length = last >= 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[i] = largest * length;
    const h = square - last * length;
    a[row + i - 1] = last - length;
    heights[i] = h;
    // p = A u / h from the lower triangle alone, then A −= u qᵀ + q uᵀ.
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const u = a[row + j]!;
      p[j] = p[j]! + dotRows(a, j * n, a, row, j) + a[j * n + j]! * u;
      addRow(p, 0, a, j * n, u, j);
    }
    let shared = 0;
    for (let j = 0; j < i; j++) {
      p[j] = p[j]! / h;
      shared += p[j]! * a[row + j]!;
    }
    const half = shared / (2 * h);
    for (let j = 0; j < i; j++) p[j] = p[j]! - half * a[row + j]!;
    for (let j = 0; j < i; j++) {
      addRow(a, j * n, p, 0, -a[row + j]!, j + 1);
      addRow(a, j * n, a, row, -p[j]!, j + 1);
    }
  }
  diagonal[0] = a[0]!;
  beside[0] = 0;
}

/** Replace the reflections in `a` by their product; its rows are transposed at the end, so that each is a basis vector. */
function accumulate(a: Float64Array, n: number, heights: Float64Array): void {
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    if (heights[i]! > 0) {
      sums.fill(0, 0, i);
      for (let k = 0; k < i; k++) addRow(sums, 0, a, k * n, a[row + k]!, i);
      for (let k = 0; k < i; k++)
        addRow(a, k * n, sums, 0, -a[row + k]! / heights[i]!, i);
    }
    for (let k = 0; k < i; k++) {
      a[row + k] = 0;
      a[k * n + i] = 0;
    }
    a[row + i] = 1;
  }
  transposeSquare(a, n);
}

/** Rotate two rows into each other. */
function rotate(
  vectors: Float64Array,
  first: number,
  second: number,
  n: number,
  cosine: number,
  sine: number,
): void {
  for (let k = 0; k < n; k++) {
    const a = vectors[first + k]!;
    const b = vectors[second + k]!;
    vectors[second + k] = sine * a + cosine * b;
    vectors[first + k] = cosine * a - sine * b;
  }
}

/** Where the tridiagonal matrix falls apart next, from row `from` on. */
function split(
  diagonal: Float64Array,
  beside: Float64Array,
  from: number,
): number {
  let m = from;
  while (m < diagonal.length - 1) {
    const scale = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
    if (Math.abs(beside[m]!) <= Number.EPSILON * scale) break;
    m++;
  }
  return m;
}

/** Turn a tridiagonal matrix into a diagonal one by rotations, which also turn the rows of `vectors`. */
function diagonalize(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
): void {
  const n = diagonal.length;
  beside.copyWithin(0, 1);
  beside[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      const m = split(diagonal, beside, l);
      if (m === l) break;
      if (step === MOST_STEPS)
        throw new Error("internal: eigenvalues did not converge");
      // Shift by the eigenvalue of the leading 2 × 2 block that is nearer to its corner.
      let g = (diagonal[l + 1]! - diagonal[l]!) / (2 * beside[l]!);
      let r = Math.hypot(g, 1);
      g =
        diagonal[m]! -
        diagonal[l]! +
        beside[l]! / (g + (g >= 0 ? Math.abs(r) : -Math.abs(r)));
      let [sine, cosine, shift] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * beside[i]!;
        const b = cosine * beside[i]!;
        r = Math.hypot(f, g);
        beside[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1] = diagonal[i + 1]! - shift;
          beside[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = diagonal[i + 1]! - shift;
        r = (diagonal[i]! - g) * sine + 2 * cosine * b;
        shift = sine * r;
        diagonal[i + 1] = g + shift;
        g = cosine * r - b;
        rotate(vectors, i * n, (i + 1) * n, n, cosine, sine);
      }
      if (r === 0 && i >= l) continue;
      diagonal[l] = diagonal[l]! - shift;
      beside[l] = g;
      beside[m] = 0;
    }
  }
}

/** Rows in the order of their values, in place: each cycle of the permutation is walked once. */
function sortRows(values: Float64Array, vectors: Float64Array): void {
  const n = values.length;
  const order = Array.from(values.keys()).sort(
    (i, j) => values[j]! - values[i]!,
  );
  const sorted = values.slice();
  order.forEach((from, to) => (sorted[to] = values[from]!));
  values.set(sorted);
  const row = (i: number): Float64Array => vectors.subarray(i * n, (i + 1) * n);
  const done = new Uint8Array(n);
  for (let start = 0; start < n; start++) {
    if (done[start] === 1) continue;
    const first = row(start).slice();
    let to = start;
    for (let from = order[to]!; from !== start; from = order[to]!) {
      row(to).set(row(from));
      done[to] = 1;
      to = from;
    }
    row(to).set(first);
    done[to] = 1;
  }
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 *   A = Σ_k values[k] · vectors[k] vectors[k]ᵀ
 *
 * Source: Householder reflections and implicit QL, Golub and Van Loan, §8.3.
 * Cost: about 9 n³ operations; the memory of the matrix once more.
 *
 * @param matrix  n × n, row by row; only the lower triangle is read
 * @example
 * symmetricEigen(Float64Array.of(2, 0, 0, 1), 2).values // 2, 1
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  return eigenInPlace(matrix.slice(), n);
}

/** `symmetricEigen` of a matrix that is overwritten with the vectors. */
export function eigenInPlace(matrix: Float64Array, n: number): Eigen {
  const [values, beside, heights] = [0, 1, 2].map(
    () => new Float64Array(n),
  ) as [Float64Array, Float64Array, Float64Array];
  if (n > 0) {
    tridiagonalize(matrix, n, values, beside, heights);
    accumulate(matrix, n, heights);
    diagonalize(values, beside, matrix);
    sortRows(values, matrix);
  }
  return { values, vectors: matrix };
}
