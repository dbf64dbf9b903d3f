/** Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations. */

/** Eigenvalues from the largest down; column i of `vectors` (row-major, n × n) belongs to value i. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array;
}

const MOST_SWEEPS = 60;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix, to the precision of float64.
 *
 * Source: cyclic Jacobi method, Golub and Van Loan, §8.5.
 * Cost: about 50 · n³ operations; meant for n up to a few hundred.
 *
 * @param matrix  n × n, row-major, symmetric; not modified
 * @example
 * symmetricEigen(new Float64Array([2, 1, 1, 2]), 2).values // [3, 1]
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  // Rows of `v` are the eigenvectors while the rotations run: one rotation then touches two contiguous rows.
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let total = 0;
  for (const value of a) total += value * value;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) off += 2 * a[p * n + q]! ** 2;
    if (off <= total * 1e-32) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => a[j * n + j]! - a[i * n + i]!,
  );
  const values = Float64Array.from(order, (i) => a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let r = 0; r < n; r++) vectors[r * n + to] = v[from * n + r]!;
  });
  return { values, vectors };
}

/** One rotation that makes a[p, q] zero. */
function rotate(
  a: Float64Array,
  v: Float64Array,
  n: number,
  p: number,
  q: number,
): void {
  const pq = a[p * n + q]!;
  if (pq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * pq);
  const t =
    (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let r = 0; r < n; r++) {
    const rp = a[r * n + p]!;
    const rq = a[r * n + q]!;
    a[r * n + p] = c * rp - s * rq;
    a[r * n + q] = s * rp + c * rq;
  }
  for (let r = 0; r < n; r++) {
    const pr = a[p * n + r]!;
    const qr = a[q * n + r]!;
    a[p * n + r] = c * pr - s * qr;
    a[q * n + r] = s * pr + c * qr;
    const vp = v[p * n + r]!;
    const vq = v[q * n + r]!;
    v[p * n + r] = c * vp - s * vq;
    v[q * n + r] = s * vp + c * vq;
  }
}
