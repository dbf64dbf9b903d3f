/** TIES step 3: the mean of the entries that agree with the elected sign. */
import type { Signs } from "./electSigns.js";
import type { TaskVector } from "./taskVector.js";

/**
 * Mean over experts, per entry, of the values whose sign is the elected one; zeros never count, and an entry without any agreeing
 * value becomes 0:
 *
 *   merged = Σ_m w_m · τ_m · [sign τ_m = s]  /  Σ_m w_m · [sign τ_m = s]
 *
 * @param vectors  M ≥ 1 task vectors with the same names and lengths
 * @param signs    elected signs
 * @param weights  M weights ≥ 0 for a tensor; default all 1
 * @example
 * const vectors = experts.map((expert) => taskVector(base, expert));
 * disjointMean(vectors, electSigns(vectors, "majority"))
 */
export function disjointMean(
  vectors: readonly TaskVector[],
  signs: Signs,
  weights?: (name: string) => readonly number[],
): TaskVector {
  const out: TaskVector = new Map();
  for (const [name, elected] of signs) {
    const deltas = vectors.map((vector) => vector.get(name)!);
    const scale = weights?.(name) ?? deltas.map(() => 1);
    const merged = new Float32Array(elected.length);
    for (let i = 0; i < merged.length; i++) {
      const sign = elected[i]!;
      let sum = 0;
      let weight = 0;
      for (let m = 0; m < deltas.length; m++) {
        const value = deltas[m]![i]!;
        if (value * sign > 0) {
          sum += scale[m]! * value;
          weight += scale[m]!;
        }
      }
      if (weight > 0) merged[i] = sum / weight;
    }
    out.set(name, merged);
  }
  return out;
}
