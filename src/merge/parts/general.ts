/** Generalised task arithmetic: what mergekit's task_arithmetic, ties, dare, breadcrumbs and della have in common. */
import { FRACTION, lambdaOption } from "../options.js";
import { mergeTaskVectors } from "./mergeTaskVectors.js";
import { type Drop, sparsified } from "./sparsify/sparsify.js";
import { normFactors } from "./normFactors.js";
import { inBlocks, type Walk } from "./walk.js";
import type { Dialect, Emit, OptionSpec, TensorOptions } from "../tensor.js";

/** One weight per expert; mergekit has no default. */
export const WEIGHTS: OptionSpec = {
  type: "number",
  default: 1,
  defaults: { mergekit: "required" },
  perModel: true,
  mergekitName: "weight",
  doc: "weight of each expert",
};

/** Only in dialect "mergekit". */
const MERGEKIT: readonly Dialect[] = ["mergekit"];

/** The same option, known to mergekit's dialect alone. */
export const inMergekit = (spec: OptionSpec): OptionSpec => ({
  ...spec,
  dialects: MERGEKIT,
});

/** A fraction kept, per expert. */
export const densityOption = (initial: number, doc: string): OptionSpec => ({
  type: "number",
  default: initial,
  defaults: { mergekit: 1 },
  perModel: true,
  range: FRACTION,
  doc,
});

/** The options that mergekit gives every method of the family. */
export function generalOptions(defaults: {
  normalize: boolean;
  rescale: boolean;
}): Record<"weights" | "normalize" | "rescale" | "lambda", OptionSpec> {
  return {
    weights: WEIGHTS,
    normalize: inMergekit({
      type: "boolean",
      default: defaults.normalize,
      doc: "divide by the sum of the weights that took part",
    }),
    rescale: inMergekit({
      type: "boolean",
      default: defaults.rescale,
      doc: "scale what was kept of a task vector to the sum of magnitudes that it had",
    }),
    lambda: lambdaOption(1),
  };
}

/**
 * Drop entries, rescale, weigh, elect signs, sum, divide, scale: mergekit's order, for one tensor.
 *
 * @param begin      gives a fresh drop for every walk; null drops nothing
 * @param consensus  elect signs by the weighted sum, plus where it is zero
 */
export function mergeGeneral(
  vectors: Walk,
  begin: (() => Drop) | null,
  consensus: boolean,
  options: TensorOptions,
  emit: Emit,
): void {
  const dropped = begin === null ? vectors : sparsified(vectors, begin);
  mergeTaskVectors(inBlocks(dropped), emit, {
    weights: options.weights as readonly number[],
    factors:
      begin !== null && options.rescale === true
        ? normFactors(vectors, begin)
        : undefined,
    onZero: consensus ? 1 : undefined,
    normalize: options.normalize === true,
    lambda: options.lambda as number,
  });
}
