/** TIES step 2: one sign per entry, by the sum of the task vectors. */
import type { TaskVector } from "./taskVector.js";

/** Signs per tensor: −1, 0 or 1 per entry. */
export type Signs = Map<string, Int8Array>;

/**
 * Sign of the sum of the task vectors, per entry: larger changes weigh more than many small ones. Sums are taken in float64.
 *
 * @param vectors  M ≥ 1 task vectors with the same names and lengths
 * @param onZero   sign where the sum is zero: a number, or "majority", the sign of the sum of all signs of the model (which may
 *   itself be 0: then such entries agree with nobody)
 * @example
 * electSigns([math, code], "majority")
 */
export function electSigns(
  vectors: readonly TaskVector[],
  onZero: 1 | "majority",
): Signs {
  const signs: Signs = new Map();
  let balance = 0;
  for (const [name, first] of vectors[0]!) {
    const deltas = vectors.map((vector) => vector.get(name)!);
    const elected = new Int8Array(first.length);
    for (let i = 0; i < elected.length; i++) {
      let sum = 0;
      for (const delta of deltas) sum += delta[i]!;
      elected[i] = Math.sign(sum);
      balance += elected[i]!;
    }
    signs.set(name, elected);
  }
  const tieSign = onZero === "majority" ? Math.sign(balance) : onZero;
  if (tieSign === 0) return signs;
  for (const elected of signs.values()) {
    for (let i = 0; i < elected.length; i++)
      if (elected[i] === 0) elected[i] = tieSign;
  }
  return signs;
}
