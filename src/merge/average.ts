/** Merge by the plain mean of the experts. */
import type { Params } from "../checkpoint/index.js";
import { checkModels } from "./models.js";

/**
 * Mean of the experts, per entry:
 *
 *   merged = (θ₁ + … + θ_M) / M
 *
 * The base gives names, shapes and dtypes, but no values.
 *
 * Source: Wortsman et al. 2022 (arXiv 2203.05482), "uniform soup"; paper Table 4, row "Average".
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @returns new parameters, names, shapes and dtypes of `base`; summed in float64, stored as float32
 * @throws RangeError no expert, or a value is not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.average(base, [math, code])
 */
export function average(base: Params, experts: readonly Params[]): Params {
  const models = checkModels("average", base, experts);
  const merged: Params = new Map();
  for (const [name, { dtype, shape, data }] of models.base) {
    const values = models.experts.map((expert) => expert.get(name)!.data);
    const mean = new Float32Array(data.length);
    for (let i = 0; i < mean.length; i++) {
      let sum = 0;
      for (const value of values) sum += value[i]!;
      mean[i] = sum / values.length;
    }
    merged.set(name, { dtype, shape: [...shape], data: mean });
  }
  return models.finish(merged);
}
