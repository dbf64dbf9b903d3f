/** Merge by TIES after dropping changes at random. */
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { densityOption, generalOptions, inMergekit } from "../optionSpecs.js";
import { DARE_OPTIONS, type WithDare } from "../parts/dare.js";
import type { Merge, MergeMethod } from "../tensor.js";
import { family, familyMethod } from "./family.js";

/** Options of `dareTies`. */
export type DareTiesOptions = WithDare &
  Pick<
    MergeOptions,
    "density" | "lambda" | "weights" | "normalize" | "dialect"
  >;

const { lambda, weights, normalize } = generalOptions(family.dareTies.mergekit);

/** The row of `dareTies`. */
export const dareTiesMethod: MergeMethod = familyMethod({
  name: "dareTies",
  mergekitName: "dare_ties",
  title: "TIES+DARE",
  style: {
    label: "TIES + DARE",
    color: "#e58ab0",
    dash: "4 2",
    symbol: "diamond",
  },
  paper: "https://arxiv.org/abs/2311.03099",
  dialects: DIALECTS,
  random: true,
  options: {
    density: densityOption(
      0.2,
      "fraction of entries that the trim of TIES keeps; in mergekit probability that an entry is kept, and there is no trim",
    ),
    lambda,
    ...DARE_OPTIONS,
    weights: inMergekit(weights),
    normalize,
  },
});

/**
 * `ties` of experts after `dare`: what DARE left is trimmed, voted on and averaged.
 *
 * Dialect "mergekit" (there: dare_ties) drops by `density`, default 1, trims nothing, rescales each task vector to the sum of
 * magnitudes that it had, and sums what agrees with the vote instead of averaging it.
 *
 * Source: Yu et al. 2024 (arXiv 2311.03099); paper Table 4, row "Ties+DARE".
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: fraction kept by the trim, (0, 1], default 0.2 · lambda: default 1 · dareDensity: probability kept, (0, 1],
 *   default 0.2 · rescale: default true · seed: default 0 · dialect "mergekit": weights must be given; density for dareDensity;
 *   normalize: default false
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.dareTies(base, [math, code], { density: 0.2, dareDensity: 0.5, seed: 1 })
 */
export const dareTies: Merge<DareTiesOptions> = dareTiesMethod.merge;
