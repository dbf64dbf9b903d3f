/** Merge by task arithmetic after dropping changes at random. */
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { densityOption, generalOptions, inMergekit } from "../optionSpecs.js";
import { DARE_OPTIONS, type WithDare } from "../parts/dare.js";
import type { Merge, MergeMethod } from "../tensor.js";
import { family, familyMethod } from "./family.js";

/** Options of `dareTaskArithmetic`. */
export type DareTaskArithmeticOptions = WithDare &
  Pick<
    MergeOptions,
    "lambda" | "weights" | "density" | "normalize" | "dialect"
  >;

const { lambda, weights, normalize } = generalOptions(
  family.dareTaskArithmetic.mergekit,
);

/** The row of `dareTaskArithmetic`. */
export const dareTaskArithmeticMethod: MergeMethod = familyMethod({
  name: "dareTaskArithmetic",
  mergekitName: "dare_linear",
  title: "TA+DARE",
  style: {
    label: "TA + DARE",
    color: "#6fb7c4",
    dash: "9 3 2 3",
    symbol: "star",
  },
  paper: "https://arxiv.org/abs/2311.03099",
  dialects: DIALECTS,
  random: true,
  options: {
    lambda,
    weights,
    ...DARE_OPTIONS,
    density: inMergekit(
      densityOption(1, "probability that an entry of a task vector is kept"),
    ),
    normalize,
  },
});

/**
 * `taskArithmetic` of experts after `dare`: the task vectors that DARE left, added up.
 *
 * Dialect "mergekit" (there: dare_linear) drops by `density`, default 1, and rescales each task vector to the sum of magnitudes that
 * it had instead of dividing by the density.
 *
 * Source: Yu et al. 2024 (arXiv 2311.03099); paper Table 4, row "TA+DARE".
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: default 1 · weights: default 1 · dareDensity: probability kept, (0, 1], default 0.2 · rescale: default true ·
 *   seed: default 0 · dialect "mergekit": weights must be given; density for dareDensity; normalize: default false
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.dareTaskArithmetic(base, [math, code], { dareDensity: 0.5, seed: 1 })
 */
export const dareTaskArithmetic: Merge<DareTaskArithmeticOptions> =
  dareTaskArithmeticMethod.merge;
