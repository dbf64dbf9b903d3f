/** Merge by a weighted mean. */
import { WEIGHTS } from "../optionSpecs.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { mergeCombination } from "../parts/combine.js";
import { normalizedWeights } from "../parts/normalizedWeights.js";
import { walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `linear`. */
export type LinearOptions = Pick<
  MergeOptions,
  "weights" | "normalize" | "dialect"
>;

/** The row of `linear`. */
export const linearMethod: MergeMethod = mergeMethod({
  name: "linear",
  mergekitName: "linear",
  title: "Linear",
  paper: "https://arxiv.org/abs/2203.05482",
  models: { base: "unused" },
  options: {
    weights: WEIGHTS,
    normalize: {
      type: "boolean",
      default: true,
      doc: "divide by the sum of the weights",
    },
  },
  tensor: (input, options, context, emit) =>
    mergeCombination(
      walk(input, context),
      0,
      normalizedWeights("linear", options),
      emit,
    ),
});

/**
 * Weighted mean of the experts:
 *
 *   merged = Σ_m w_m θ_m / Σ_m w_m
 *
 * The base gives names, shapes and dtypes, but no values.
 *
 * Source: Wortsman et al. 2022 (arXiv 2203.05482).
 * Deviates: from mergekit, which gives Inf where the weights add up to 0.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  weights: default 1, must be given in dialect "mergekit" · normalize: divide by their sum, default true
 * @returns new parameters, names, shapes and dtypes of `base`; summed in float64
 * @throws RangeError no expert, weights that add up to 0, a value not finite · ShapeError models do not fit together
 * @example
 * merge.linear(base, [math, code], { weights: [0.3, 0.7] })
 */
export const linear: Merge<LinearOptions> = linearMethod.merge;
