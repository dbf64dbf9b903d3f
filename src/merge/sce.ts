/** Merge by SCE: weigh experts by how much they changed a tensor, erase minority signs. */
import type { Params } from "../checkpoint/index.js";
import { disjointMean } from "./disjointMean.js";
import { electSigns } from "./electSigns.js";
import { checkLambda, checkModels } from "./models.js";
import { type TaskVector, addTaskVector, taskVector } from "./taskVector.js";

/** Options of `sce`. */
export interface SceOptions {
  /** Scale of the merged task vector; default 1 (the method itself has no such scale). */
  lambda?: number;
}

/**
 * Weights of the experts for one tensor: mean squares of their task vectors, normalised to sum 1; equal when all are zero.
 *
 *   c_m = mean(τ_m²) / Σ_k mean(τ_k²)
 *
 * @example
 * energyWeights([new Float32Array([3, 0]), new Float32Array([0, 4])]) // [0.36, 0.64]
 */
export function energyWeights(deltas: readonly Float32Array[]): number[] {
  const energies = deltas.map((delta) =>
    delta.reduce((sum, value) => sum + value * value, 0),
  );
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  return energies.map((energy) =>
    total === 0 ? 1 / deltas.length : energy / total,
  );
}

/**
 * Merge experts by SCE without its select step: per tensor, weigh each expert by the mean square of its task vector (calculate), and
 * average with these weights the entries that have the sign of the plain sum (erase); a zero sum counts as positive.
 *
 *   merged = base + λ · Σ_m c_m τ_m [sign τ_m = s] / Σ_m c_m [sign τ_m = s]
 *
 * Source: Wan et al. 2024 (arXiv 2408.07990); paper Table 4, row "SCE", whose runs keep every entry (select_topk = 1.0).
 * Deviates: from mergekit, which falls back to equal weights when Σ mean(τ²) < 1e-6 (typical of RL), and from FuseChat, which
 * selects entries by variance first.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1
 * @returns new parameters, names, shapes and dtypes of `base`; task vectors in float32, sums in float64
 * @throws RangeError no expert, lambda or a value not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.sce(base, [math, code])
 */
export function sce(
  base: Params,
  experts: readonly Params[],
  { lambda = 1 }: SceOptions = {},
): Params {
  checkLambda("sce", lambda);
  const models = checkModels("sce", base, experts);
  const vectors: TaskVector[] = models.experts.map((expert) =>
    taskVector(models.base, expert),
  );
  const weights = (name: string): number[] =>
    energyWeights(vectors.map((vector) => vector.get(name)!));
  const merged = disjointMean(vectors, electSigns(vectors, 1), weights);
  return models.finish(addTaskVector(models.base, merged, lambda));
}
