/** Merge by TIES after dropping changes at random. */
import type { Params } from "../../checkpoint/index.js";
import { DARE_OPTIONS, dared, type WithDare } from "../parts/dare.js";
import { DIALECTS } from "../dialects.js";
import {
  densityOption,
  generalOptions,
  inMergekit,
  mergeGeneral,
} from "../parts/general.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { globalTrim } from "../parts/sparsify/globalTrim.js";
import { randomDrop } from "../parts/sparsify/randomDrop.js";
import { taskVectors, walk, type Walk } from "../parts/walk.js";
import type { MergeMethod, SurveyPlan } from "../tensor.js";
import { mergeTies } from "./ties.js";

/** Options of `dareTies`. */
export type DareTiesOptions = WithDare &
  Pick<
    MergeOptions,
    "density" | "lambda" | "weights" | "normalize" | "dialect"
  >;

const { lambda, weights, normalize } = generalOptions({
  normalize: false,
  rescale: true,
});

/** Task vectors that DARE left. */
const open = (
  ...[input, options, context]: Parameters<SurveyPlan["tensor"]>
): Walk => taskVectors(dared(walk(input, context), input, options, context));

/** The row of `dareTies`. */
export const dareTiesMethod: MergeMethod = mergeMethod({
  name: "dareTies",
  mergekitName: "dare_ties",
  title: "Ties+DARE",
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
  survey: (dialect) => (dialect === "mergekit" ? undefined : globalTrim(open)),
  tensor(input, options, context, emit) {
    if (context.dialect === "mergekit") {
      const vectors = taskVectors(walk(input, context));
      const drop = randomDrop(
        input,
        options.density as readonly number[],
        context,
      );
      mergeGeneral(vectors, drop, true, options, emit);
    } else mergeTies(open(input, options, context), options, context, emit);
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
export function dareTies(
  base: Params,
  experts: readonly Params[],
  options: DareTiesOptions = {},
): Params {
  return dareTiesMethod.merge(base, experts, options);
}
