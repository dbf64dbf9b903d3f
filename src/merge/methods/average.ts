/** Merge by the plain mean of the experts. */
import type { Params } from "../../checkpoint/index.js";
import { mergeMethod } from "../method.js";
import { mergeCombination } from "../parts/combine.js";
import { walk, type Walk } from "../parts/walk.js";
import { DIALECTS } from "../dialects.js";
import type { Emit, MergeMethod } from "../tensor.js";

/** The mean of all models of a tensor. */
export function mergeMean(models: Walk, emit: Emit): void {
  const ones = Array<number>(models.models).fill(1);
  mergeCombination(models, 0, ones, emit, ones.length);
}

/** The row of `average`. */
export const averageMethod: MergeMethod = mergeMethod({
  name: "average",
  title: "Average",
  style: {
    label: "Average",
    color: "#5a8f29",
    dash: "2 2.5",
    symbol: "square",
  },
  paper: "https://arxiv.org/abs/2203.05482",
  models: { base: "unused" },
  dialects: DIALECTS.filter((dialect) => dialect !== "mergekit"),
  tensor: (input, _options, context, emit) =>
    mergeMean(walk(input, context), emit),
});

/**
 * Mean of the experts, per entry:
 *
 *   merged = (θ₁ + … + θ_M) / M
 *
 * The base gives names, shapes and dtypes, but no values.
 *
 * Source: Wortsman et al. 2022 (arXiv 2203.05482), "uniform soup"; paper Table 4, row "Average". mergekit has it as `linear`.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @returns new parameters, names, shapes and dtypes of `base`; summed in float64, stored as float32
 * @throws RangeError no expert, or a value is not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.average(base, [math, code])
 */
export function average(base: Params, experts: readonly Params[]): Params {
  return averageMethod.merge(base, experts);
}
