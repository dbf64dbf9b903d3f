/** Several tests of one family: p-values that stay honest when many are looked at. */

/**
 * Holm's adjusted p-values: a family of true hypotheses has one below α with a probability of at most α.
 *
 *   p̃_(k) = max_{j ≤ k} min(1, (m − j + 1) · p_(j)),  p_(1) ≤ … ≤ p_(m)
 *
 * Source: Holm 1979. Holds whatever the tests have to do with each other.
 *
 * @param p  p-values of one family, each in [0, 1]
 * @returns adjusted p-values in the same order
 * @throws RangeError a value lies outside [0, 1]
 * @example
 * holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(p: readonly number[]): number[] {
  const outside = p.find((value) => !(value >= 0 && value <= 1));
  if (outside !== undefined)
    throw new RangeError(`holm: p must be in [0, 1], got ${outside}`);
  const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
  const adjusted = [...p];
  let least = 0;
  order.forEach((i, k) => {
    least = Math.max(least, Math.min(1, (p.length - k) * p[i]!));
    adjusted[i] = least;
  });
  return adjusted;
}
