/** Merge by RAM+ with counts of each tensor: amplify what one expert alone changed. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { NOT_NEGATIVE } from "../../optionSpecs.js";
import { countShared, mergeActive } from "../../parts/activeEntries.js";
import { taskVectors, walk } from "../../parts/walk.js";
import { EPSILON } from "./ram.js";
import type { Merge, MergeMethod } from "../../tensor.js";

/** Options of `ramPlusTl`. */
export type RamPlusTlOptions = Pick<
  MergeOptions,
  "epsilon" | "r" | "alpha" | "dialect"
>;

/** The row of `ramPlusTl`. */
export const ramPlusTlMethod: MergeMethod = mergeMethod({
  name: "ramPlusTl",
  mergekitName: "ramplus_tl",
  title: "RAM+ (per tensor)",
  paper: "https://arxiv.org/abs/2601.13572",
  options: {
    epsilon: EPSILON,
    r: {
      type: "number",
      default: 0.1,
      doc: "how much the ratio of shared to unique entries amplifies",
    },
    alpha: {
      type: "number",
      default: 0.2,
      range: NOT_NEGATIVE,
      doc: "highest ratio that counts",
    },
  },
  tensor(input, options, context, emit) {
    const { epsilon, r, alpha } = options as Record<string, number>;
    const vectors = taskVectors(walk(input, context));
    const { unique, shared } = countShared(vectors, epsilon!);
    const factors = unique.map(
      (alone, m) =>
        1 + r! * (shared[m] === 0 ? 0 : Math.min(alpha!, shared[m]! / alone)),
    );
    mergeActive(vectors, epsilon!, factors, emit);
  },
});

/**
 * `ram`, with the entries that one expert alone changed amplified, to make good for what it loses in shared entries; the ratio is that
 * of each tensor.
 *
 *   factor_m = 1 + r · min(α, shared_m / unique_m)
 *
 * Source: arXiv 2601.13572, in mergekit's form.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  epsilon: default 1e-5 · r: default 0.1 · alpha: highest ratio, default 0.2
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.ramPlusTl(base, [math, code])
 */
export const ramPlusTl: Merge<RamPlusTlOptions> = ramPlusTlMethod.merge;
