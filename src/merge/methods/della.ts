/** Merge by DELLA: drop small changes with a higher probability than large ones; with or without an election of signs. */
import type { MergeOptions } from "../mergeOptions.js";
import { densityOption, generalOptions, NOT_NEGATIVE } from "../optionSpecs.js";
import type { Merge, MergeMethod, OptionSpec } from "../tensor.js";
import { type Chain, family, familyMethod } from "./family.js";

/** Options of `della`. */
export type DellaOptions = Pick<
  MergeOptions,
  | "density"
  | "epsilon"
  | "lambda"
  | "weights"
  | "normalize"
  | "rescale"
  | "seed"
  | "dialect"
>;

function optionsOf(defaults: Chain): Record<string, OptionSpec> {
  const { lambda, weights, normalize, rescale } = generalOptions(defaults);
  return {
    density: densityOption(
      0.2,
      "mean probability that an entry of a task vector is kept",
    ),
    epsilon: {
      type: "number",
      default: 0.15,
      perModel: true,
      range: NOT_NEGATIVE,
      doc: "how far the probabilities of a row spread: over epsilon in the paper, over twice that in mergekit",
    },
    lambda,
    weights,
    normalize,
    rescale: {
      ...rescale,
      dialects: undefined,
      doc: "divide what is kept by the probability that it was kept; in mergekit, scale to the sum of magnitudes before",
    },
  };
}

/** The row of `della`. */
export const dellaMethod: MergeMethod = familyMethod({
  name: "della",
  mergekitName: "della",
  title: "DELLA",
  paper: "https://arxiv.org/abs/2406.11617",
  random: true,
  options: optionsOf(family.della.mergekit),
});

/**
 * Merge experts by DELLA: within each row, rank changes by magnitude and drop them at random, the small ones with a higher
 * probability (MAGPRUNE); divide what stays by the probability that it stayed; elect signs as in TIES and average what agrees.
 *
 *   keep_i = 1 − (p_min + ε/n · r_i),  p_min = 1 − density − ε/2,  r_i = 0 for the largest of the n entries of a row
 *
 * A zero sum counts as positive. Of equal magnitudes the first ranks lower. A tensor of one axis is one row; rows go along the last
 * axis.
 *
 * Source: Deep et al. 2024 (arXiv 2406.11617), Eq. 1–4.
 * Deviates: dialect "mergekit" spreads keep probabilities from density − ε to density + ε, and rescales whole task vectors to the
 * sum of magnitudes that they had; it ranks along the second axis, which differs for tensors of three axes and more, and stops at rows
 * of one entry, which here are kept with the density.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: mean probability kept, default 0.2, 1 keeps all · epsilon: default 0.15 · lambda: default 1 · weights:
 *   default 1 · rescale: default true · seed: default 0 · dialect "mergekit": weights must be given; density: default 1; normalize:
 *   default true
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.della(base, [math, code], { density: 0.5, epsilon: 0.2, seed: 1 })
 */
export const della: Merge<DellaOptions> = dellaMethod.merge;

/** The row of `dellaLinear`. */
export const dellaLinearMethod: MergeMethod = familyMethod({
  name: "dellaLinear",
  mergekitName: "della_linear",
  title: "DELLA (linear)",
  paper: "https://arxiv.org/abs/2406.11617",
  random: true,
  options: optionsOf(family.dellaLinear.mergekit),
});

/**
 * `della` without its election: what MAGPRUNE left of the task vectors is added up. Parameters, options, result and errors as there,
 * but normalize (dialect "mergekit") is false by default.
 *
 *   merged = base + λ · Σ_m w_m · prune(τ_m)
 *
 * Source: mergekit, after Deep et al. 2024 (arXiv 2406.11617).
 *
 * @example
 * merge.dellaLinear(base, [math, code], { density: 0.5, seed: 1 })
 */
export const dellaLinear: Merge<DellaOptions> = dellaLinearMethod.merge;
