/** Merge by RAM: keep what one expert alone changed, average what several did. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { NOT_NEGATIVE } from "../../optionSpecs.js";
import { mergeActive } from "../../parts/activeEntries.js";
import { taskVectors, walk } from "../../parts/walk.js";
import type { Merge, MergeMethod, OptionSpec } from "../../tensor.js";

/** Options of `ram`. */
export type RamOptions = Pick<MergeOptions, "epsilon" | "dialect">;

/** When an entry counts as changed. */
export const EPSILON: OptionSpec = {
  type: "number",
  default: 1e-5,
  range: NOT_NEGATIVE,
  doc: "changes up to this magnitude count as none, in units of the weights",
};

/** The row of `ram`. */
export const ramMethod: MergeMethod = mergeMethod({
  name: "ram",
  mergekitName: "ram",
  title: "RAM",
  paper: "https://arxiv.org/abs/2601.13572",
  options: { epsilon: EPSILON },
  tensor(input, options, context, emit) {
    const vectors = taskVectors(walk(input, context));
    const ones = input.experts.map(() => 1);
    mergeActive(vectors, options.epsilon as number, ones, emit);
  },
});

/**
 * Merge experts by reinforced agent merging: an entry that one expert alone changed keeps that change, one that several changed gets
 * the mean of those.
 *
 *   merged = base + Σ_m τ_m [|τ_m| > ε] / #{k : |τ_k| > ε}
 *
 * Source: arXiv 2601.13572.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  epsilon: changes up to this magnitude count as none, default 1e-5
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.ram(base, [math, code])
 */
export const ram: Merge<RamOptions> = ramMethod.merge;
