/** Merge by TIES: trim, elect signs, disjoint mean. */
import type { Params } from "../checkpoint/index.js";
import { disjointMean } from "./disjointMean.js";
import { electSigns } from "./electSigns.js";
import { checkDensity, checkLambda, checkModels } from "./models.js";
import { addTaskVector, taskVector } from "./taskVector.js";
import { trim } from "./trim.js";

/** Options of `ties`. */
export interface TiesOptions {
  /** Fraction of entries kept of each task vector, over the whole model, (0, 1]; default 0.2. */
  density?: number;
  /** Scale of the merged task vector; default 1. */
  lambda?: number;
}

/**
 * Merge experts by TIES: trim each task vector, elect one sign per entry, average those that agree.
 *
 *   merged = base + λ · disjointMean(trim(τ₁), …, trim(τ_M)),  τ_m = expert_m − base
 *
 * Trimming is global over the whole model, magnitudes equal to the threshold are kept, and a zero sum takes the sign of the whole
 * model's balance.
 *
 * Source: Yadav et al. 2023 (arXiv 2306.01708), Alg. 1; paper Table 4, row "Ties" (mask rate 0.8, λ = 1).
 * Cost: O(M · n) time, M task vectors in memory.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: fraction kept, (0, 1], default 0.2 · lambda: unitless, default 1
 * @returns new parameters, names, shapes and dtypes of `base`; task vectors in float32, sums in float64
 * @throws RangeError no expert, density outside (0, 1], lambda or a value not finite · ShapeError a tensor is missing or differs
 *   in shape
 * @example
 * merge.ties(base, [math, code], { density: 0.2 })
 */
export function ties(
  base: Params,
  experts: readonly Params[],
  { density = 0.2, lambda = 1 }: TiesOptions = {},
): Params {
  checkDensity("ties", density);
  checkLambda("ties", lambda);
  const models = checkModels("ties", base, experts);
  const vectors = models.experts.map((expert) =>
    trim(taskVector(models.base, expert), density),
  );
  const merged = disjointMean(vectors, electSigns(vectors, "majority"));
  return models.finish(addTaskVector(models.base, merged, lambda));
}
