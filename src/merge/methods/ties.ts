/** Merge by TIES: trim, elect signs, disjoint mean. */
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { densityOption, generalOptions, inMergekit } from "../optionSpecs.js";
import type { Merge, MergeMethod } from "../tensor.js";
import { family, familyMethod } from "./family.js";

/** Options of `ties`. */
export type TiesOptions = Pick<
  MergeOptions,
  "density" | "lambda" | "weights" | "normalize" | "rescale" | "dialect"
>;

const { lambda, weights, normalize, rescale } = generalOptions(
  family.ties.mergekit,
);

/** The row of `ties`. */
export const tiesMethod: MergeMethod = familyMethod({
  name: "ties",
  mergekitName: "ties",
  title: "TIES",
  style: { label: "TIES", color: "#c2185b", dash: "none", symbol: "wye" },
  paper: "https://arxiv.org/abs/2306.01708",
  dialects: DIALECTS,
  options: {
    density: densityOption(0.2, "fraction of entries kept of each task vector"),
    lambda,
    weights: inMergekit(weights),
    normalize,
    rescale,
  },
});

/**
 * Merge experts by TIES: trim each task vector, elect one sign per entry, average those that agree.
 *
 *   merged = base + λ · disjointMean(trim(τ₁), …, trim(τ_M)),  τ_m = expert_m − base
 *
 * Trimming is global over the whole model, magnitudes equal to the threshold are kept, and a zero sum takes the sign of the whole
 * model's balance. Dialect "mergekit" keeps exactly trunc(density · n) entries of each tensor, at least one (of equal magnitudes the
 * first), votes with weighted task vectors, and counts a zero sum as positive.
 *
 * Source: Yadav et al. 2023 (arXiv 2306.01708), Alg. 1; paper Table 4, row "Ties" (mask rate 0.8, λ = 1).
 * Cost: O(M · n) time, four looks at each model; a few chunks of memory per model.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: fraction kept, (0, 1], default 0.2 · lambda: unitless, default 1 · dialect "mergekit": weights must be
 *   given; density: default 1; normalize: divide by the weights that agree, default true; rescale: keep the sum of magnitudes,
 *   default false
 * @returns new parameters, names, shapes and dtypes of `base`; task vectors in float32, sums in float64
 * @throws RangeError no expert, density outside (0, 1], lambda or a value not finite · ShapeError a tensor is missing or differs
 *   in shape
 * @example
 * merge.ties(base, [math, code], { density: 0.2 })
 */
export const ties: Merge<TiesOptions> = tiesMethod.merge;
