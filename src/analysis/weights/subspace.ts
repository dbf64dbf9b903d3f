/** How training turned the principal directions of a matrix, and how much of the update lies in them. */
import {
  forRows,
  type StreamedMatrix,
  type Spectrum,
  symmetricEigen,
  timesRows,
} from "../../linalg/index.js";

/** How two subspaces of the same dimension lie to each other. */
export interface Rotation {
  /** Largest principal angle, degrees: 0 where they are equal, 90 where a direction of one is foreign to the other. */
  angle: number;
  /** Mean of cos² over the principal angles, ‖AᵀB‖² / k: 1 where they are equal, k / n by chance. */
  shared: number;
}

/**
 * Principal angles between the columns of two matrices with orthonormal columns; cos φ_i are the singular values of AᵀB.
 *
 * Angles below 10⁻⁶ degrees are rounding.
 *
 * @param a  n × k, row-major
 * @param b  n × k, row-major
 * @example
 * rotation(new Float64Array([1, 0]), new Float64Array([0, 1]), 1).angle // 90
 */
export function rotation(
  a: Float64Array,
  b: Float64Array,
  k: number,
): Rotation {
  const inner = product(a, b, k);
  const squared = new Float64Array(k * k);
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++)
      for (let r = 0; r < k; r++)
        squared[i * k + j]! += inner[r * k + i]! * inner[r * k + j]!;
  const cosines = symmetricEigen(squared, k).values.map((value) =>
    Math.sqrt(Math.max(0, Math.min(1, value))),
  );
  const shared = cosines.reduce((sum, c) => sum + c * c, 0) / k;
  return { angle: (180 / Math.PI) * Math.acos(cosines[k - 1]!), shared };
}

/** AᵀB, k × k. */
function product(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const out = new Float64Array(k * k);
  for (let r = 0; r < a.length; r += k)
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) out[i * k + j]! += a[r + i]! * b[r + j]!;
  return out;
}

/**
 * Spectral drift: how far the k largest singular values moved, ‖σ(W₁) − σ(W₀)‖ / ‖σ(W₀)‖.
 *
 * Source: Zhu et al. 2025 (arXiv 2511.08567), there over all singular values.
 *
 * @example
 * spectralDrift(new Float64Array([4, 3]), new Float64Array([4, 3.5])) // 0.1
 */
export function spectralDrift(
  base: Float64Array,
  expert: Float64Array,
): number {
  let moved = 0;
  let size = 0;
  base.forEach((sigma, i) => {
    moved += ((expert[i] ?? 0) - sigma) ** 2;
    size += sigma * sigma;
  });
  return Math.sqrt(moved / size);
}

/**
 * Share of an update's energy that lies in the base's principal subspaces, ‖Uᵀ δ V‖² / ‖δ‖². A random update has k² / (rows · columns).
 *
 * @param update  δ
 * @param base    the leading spectrum of W₀
 */
export function principalEnergy(
  update: StreamedMatrix,
  base: Spectrum,
): number {
  const k = base.values.length;
  const inner = new Float64Array(k * k);
  let squares = 0;
  forRows(update, (from, count, data) => {
    for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
    const y = timesRows(data, count, update.columns, base.right, k);
    for (let i = 0; i < count; i++)
      for (let u = 0; u < k; u++)
        for (let v = 0; v < k; v++)
          inner[u * k + v]! += base.left[(from + i) * k + u]! * y[i * k + v]!;
  });
  const inside = inner.reduce((sum, value) => sum + value * value, 0);
  return squares === 0 ? 0 : inside / squares;
}
