/** TIES step 1: keep the largest changes of a whole model, zero the rest. */
import { kthMagnitude } from "./kthMagnitude.js";
import type { TaskVector } from "./taskVector.js";

/**
 * Zero all but the largest entries of a task vector. The threshold is one number for the whole model: the k-th smallest magnitude
 * over all n entries, k = trunc(n · (1 − density)); entries equal to it are kept, so at least n − k + 1 entries stay. When more than
 * k entries are zero, the threshold is zero and nothing changes.
 *
 * Source: Yadav et al. 2023 (arXiv 2306.01708), Alg. 1 "Trim", over the whole model as in the M2RL paper's merges.
 *
 * @param vector   a task vector
 * @param density  fraction kept, (0, 1]; 1 keeps all
 * @example
 * trim(taskVector(base, math), 0.2)
 */
export function trim(vector: TaskVector, density: number): TaskVector {
  const arrays = [...vector.values()];
  const total = arrays.reduce((sum, array) => sum + array.length, 0);
  // 1 − 0.9 is 0.0999…98 in floating point; the fraction meant is 0.1.
  const dropped = Math.trunc(total * Number((1 - density).toFixed(12)));
  const threshold = dropped === 0 ? 0 : kthMagnitude(arrays, dropped);
  const out: TaskVector = new Map();
  for (const [name, delta] of vector) {
    out.set(
      name,
      delta.map((value) => (Math.abs(value) >= threshold ? value : 0)),
    );
  }
  return out;
}
