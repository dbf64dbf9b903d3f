/** Merge by SCE after dropping changes at random. */
import { DARE_OPTIONS, dared, type WithDare } from "../parts/dare.js";
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { taskVectors, walk } from "../parts/walk.js";
import { mergeSce, sceMethod } from "./sce.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `dareSce`. */
export type DareSceOptions = WithDare &
  Pick<MergeOptions, "lambda" | "selectTopk" | "dialect">;

/** The row of `dareSce`. */
export const dareSceMethod: MergeMethod = mergeMethod({
  name: "dareSce",
  title: "SCE+DARE",
  paper: "https://arxiv.org/abs/2311.03099",
  dialects: DIALECTS.filter((dialect) => dialect !== "mergekit"),
  random: true,
  options: { ...sceMethod.options, ...DARE_OPTIONS },
  tensor(input, options, context, emit) {
    const kept = dared(walk(input, context), input, options, context);
    mergeSce(taskVectors(kept), options, context, emit);
  },
});

/**
 * `sce` of experts after `dare`: what DARE left is selected from, weighed and voted on.
 *
 * Source: Yu et al. 2024 (arXiv 2311.03099); the paper combines DARE with other methods, but has no row for this one.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: default 1 · selectTopk: fraction selected, (0, 1], default 1 · dareDensity: probability kept, (0, 1],
 *   default 0.2 · rescale: default true · seed: default 0
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.dareSce(base, [math, code], { dareDensity: 0.5, seed: 1 })
 */
export const dareSce: Merge<DareSceOptions> = dareSceMethod.merge;
