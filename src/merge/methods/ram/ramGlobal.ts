/** Merge by RAM+ with counts of the whole model. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import {
  type ActiveCounts,
  countShared,
  mergeActive,
} from "../../parts/activeEntries.js";
import { taskVectors, walk } from "../../parts/walk.js";
import { EPSILON } from "./ram.js";
import type { Merge, MergeMethod, Survey, SurveyPlan } from "../../tensor.js";

/** Options of `ramGlobal`. */
export type RamGlobalOptions = Pick<MergeOptions, "epsilon" | "r">;

const added = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, m) => value + b[m]!);

function combined(first: Survey, second: Survey): Survey {
  const [a, b] = [first, second] as unknown as [ActiveCounts, ActiveCounts];
  return {
    unique: added(a.unique, b.unique),
    shared: added(a.shared, b.shared),
  };
}

/** Counts over all tensors. */
const COUNTS: SurveyPlan = {
  tensor(input, options, context, total) {
    const vectors = taskVectors(walk(input, context));
    const own = { ...countShared(vectors, options.epsilon as number) };
    return total === undefined ? own : combined(total, own);
  },
  combine: combined,
  finish: (total) => ({ found: total, again: false }),
};

/** The row of `ramGlobal`. */
export const ramGlobalMethod: MergeMethod = mergeMethod({
  name: "ramGlobal",
  title: "RAM+ (global)",
  paper: "https://arxiv.org/abs/2601.13572",
  dialects: ["paper"],
  options: {
    epsilon: EPSILON,
    r: {
      type: "number",
      default: 1.2,
      doc: "highest factor on entries that one expert alone changed",
    },
  },
  survey: () => COUNTS,
  tensor(input, options, context, emit) {
    const { unique, shared } = context.survey as ActiveCounts;
    const factors = unique.map((alone, m) =>
      // Without a unique entry there is nothing to scale.
      alone === 0
        ? 1
        : 1 + ((options.r as number) - 1) * Math.min(1, shared[m]! / alone),
    );
    const vectors = taskVectors(walk(input, context));
    mergeActive(vectors, options.epsilon as number, factors, emit);
  },
});

/**
 * `ram`, with the entries that one expert alone changed amplified, to make good for what it loses in shared entries; the ratio is that
 * of the whole model.
 *
 *   factor_m = 1 + (r − 1) · min(1, shared_m / unique_m)
 *
 * Source: arXiv 2601.13572, in the form that the authors' code runs by default, with the r = 1.2 of its instructions.
 * Deviates: from that code, which stops where an expert has no unique entry.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  epsilon: default 1e-5 · r: highest factor, default 1.2
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.ramGlobal(base, [math, code])
 */
export const ramGlobal: Merge<RamGlobalOptions> = ramGlobalMethod.merge;
