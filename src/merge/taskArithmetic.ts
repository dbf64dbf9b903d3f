/** Merge by task arithmetic: add up what every expert learned. */
import type { Params } from "../checkpoint/index.js";
import { checkLambda, checkModels } from "./models.js";
import { type TaskVector, addTaskVector, taskVector } from "./taskVector.js";

/** Options of `taskArithmetic`. */
export interface TaskArithmeticOptions {
  /** Scale of the summed task vectors; default 1. */
  lambda?: number;
}

function sum(vectors: readonly TaskVector[]): TaskVector {
  const out: TaskVector = new Map();
  for (const [name, first] of vectors[0]!) {
    const deltas = vectors.map((vector) => vector.get(name)!);
    const total = new Float32Array(first.length);
    for (let i = 0; i < total.length; i++) {
      let value = 0;
      for (const delta of deltas) value += delta[i]!;
      total[i] = value;
    }
    out.set(name, total);
  }
  return out;
}

/**
 * Merge experts by task arithmetic: the sum, not the mean, of the task vectors.
 *
 *   merged = base + λ · Σ_m (expert_m − base)
 *
 * Source: Ilharco et al. 2023 (arXiv 2212.04089); paper Table 4, row "TA", with λ = 1.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1
 * @returns new parameters, names, shapes and dtypes of `base`; summed in float64, stored as float32
 * @throws RangeError no expert, lambda or a value not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.taskArithmetic(base, [math, code], { lambda: 0.4 })
 */
export function taskArithmetic(
  base: Params,
  experts: readonly Params[],
  { lambda = 1 }: TaskArithmeticOptions = {},
): Params {
  checkLambda("taskArithmetic", lambda);
  const models = checkModels("taskArithmetic", base, experts);
  const vectors = models.experts.map((expert) =>
    taskVector(models.base, expert),
  );
  return models.finish(addTaskVector(models.base, sum(vectors), lambda));
}
