/** Options that several methods have: what they are, and what their values may be. */
import type { Dialect, OptionSpec } from "./tensor.js";

/** A scale: any finite number. */
export const lambdaOption = (initial: number): OptionSpec => ({
  type: "number",
  default: initial,
  doc: "scale of the merged task vector",
});

/** Range of a fraction that may not be zero. */
export const FRACTION: NonNullable<OptionSpec["range"]> = {
  text: "in (0, 1]",
  holds: (value) => value > 0 && value <= 1,
};

/** Range of what may not be negative. */
export const NOT_NEGATIVE: NonNullable<OptionSpec["range"]> = {
  text: "at least 0",
  holds: (value) => value >= 0,
};

/** Range of a count. */
export const AT_LEAST_ONE: NonNullable<OptionSpec["range"]> = {
  text: "at least 1",
  holds: (value) => value >= 1,
};

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
