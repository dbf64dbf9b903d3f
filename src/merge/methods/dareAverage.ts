/** Merge by the mean of experts whose changes were dropped at random. */
import { mergeMean } from "./average.js";
import { DARE_OPTIONS, dared, type WithDare } from "../parts/dare.js";
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `dareAverage`. */
export type DareAverageOptions = WithDare & Pick<MergeOptions, "dialect">;

/** The row of `dareAverage`. */
export const dareAverageMethod: MergeMethod = mergeMethod({
  name: "dareAverage",
  title: "Average+DARE",
  paper: "https://arxiv.org/abs/2311.03099",
  dialects: DIALECTS.filter((dialect) => dialect !== "mergekit"),
  random: true,
  options: DARE_OPTIONS,
  tensor: (input, options, context, emit) =>
    mergeMean(dared(walk(input, context), input, options, context), emit),
});

/**
 * `average` of experts after `dare`: base + mean of the task vectors that DARE left.
 *
 * Source: Yu et al. 2024 (arXiv 2311.03099); the paper combines DARE with other methods, but has no row for this one.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  dareDensity: probability kept, (0, 1], default 0.2 · rescale: default true · seed: default 0
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.dareAverage(base, [math, code], { dareDensity: 0.5, seed: 1 })
 */
export const dareAverage: Merge<DareAverageOptions> = dareAverageMethod.merge;
