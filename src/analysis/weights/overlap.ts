/** How far masks of changed weights overlap, beside what chance would give. */

/**
 * Jaccard overlap of two masks, |A ∧ B| / |A ∨ B|; 0 when both are empty.
 *
 * @param a     entries in A
 * @param b     entries in B
 * @param both  entries in both
 * @example
 * jaccard(30, 30, 15) // 0.333…
 */
export function jaccard(a: number, b: number, both: number): number {
  const either = a + b - both;
  return either === 0 ? 0 : both / either;
}

/**
 * Jaccard overlap that independent masks have on large tensors: their rates p and q give pq / (p + q − pq).
 *
 * The paper's "random" row is this value at p = q = 0.3; here p and q are those that were measured.
 *
 * @example
 * expectedJaccard(0.3, 0.3) // 0.1764705882352941
 */
export function expectedJaccard(p: number, q: number): number {
  const either = p + q - p * q;
  return either === 0 ? 0 : (p * q) / either;
}

/**
 * How many times more entries two masks share than independent masks of their sizes would, P(A ∧ B) / (P(A) · P(B));
 * null when one of them is empty.
 *
 * @example
 * lift(30, 30, 18, 100) // 2
 */
export function lift(
  a: number,
  b: number,
  both: number,
  entries: number,
): number | null {
  return a === 0 || b === 0 ? null : (both * entries) / (a * b);
}

/**
 * Cosine from an inner product and two squared norms; null when one of the vectors is zero.
 *
 * @example
 * cosine(1, 1, 4) // 0.5
 */
export function cosine(
  dot: number,
  squaresA: number,
  squaresB: number,
): number | null {
  const norms = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return norms === 0 ? null : Math.max(-1, Math.min(1, dot / norms));
}
