/** What training changed: the difference of an expert and the model it started from, and its way back. */
import type { Params } from "../../checkpoint/index.js";

/** Differences per tensor, float32, with the names and lengths of the base. */
export type TaskVector = Map<string, Float32Array>;

/**
 * Task vector τ = expert − base, per tensor, rounded to float32. Exact where expert and base are within a factor of two.
 *
 * Source: Ilharco et al. 2023 (arXiv 2212.04089), §2.
 *
 * @param base    parameters
 * @param expert  parameters with the names and shapes of `base`
 * @example
 * taskVector(base, math).get("model.norm.weight")
 */
export function taskVector(base: Params, expert: Params): TaskVector {
  const out: TaskVector = new Map();
  for (const [name, { data }] of base) {
    const trained = expert.get(name)!.data;
    const delta = new Float32Array(data.length);
    for (let i = 0; i < delta.length; i++) delta[i] = trained[i]! - data[i]!;
    out.set(name, delta);
  }
  return out;
}

/**
 * base + λ · τ as new parameters, with the dtypes and shapes of `base`.
 *
 * @param lambda  unitless scale
 * @example
 * addTaskVector(base, taskVector(base, math), 0.5)
 */
export function addTaskVector(
  base: Params,
  vector: TaskVector,
  lambda: number,
): Params {
  const out: Params = new Map();
  for (const [name, { dtype, shape, data }] of base) {
    const delta = vector.get(name)!;
    const merged = new Float32Array(data.length);
    for (let i = 0; i < merged.length; i++)
      merged[i] = data[i]! + lambda * delta[i]!;
    out.set(name, { dtype, shape: [...shape], data: merged });
  }
  return out;
}
