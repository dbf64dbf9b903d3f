/** Merge of one model: a copy, scaled if wanted. */
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { mergeCombination } from "../parts/combine.js";
import { walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `passthrough`. */
export type PassthroughOptions = Pick<MergeOptions, "scale" | "dialect">;

/** The row of `passthrough`. */
export const passthroughMethod: MergeMethod = mergeMethod({
  name: "passthrough",
  mergekitName: "passthrough",
  title: "Passthrough",
  paper: "https://github.com/arcee-ai/mergekit",
  models: { min: 1, max: 1, base: "unused" },
  options: {
    // Per model, as every recipe that stacks layers writes it.
    scale: {
      type: "number",
      default: 1,
      perModel: true,
      doc: "factor on every entry",
    },
  },
  tensor: (input, options, context, emit) =>
    mergeCombination(
      walk(input, context),
      0,
      options.scale as readonly number[],
      emit,
    ),
});

/**
 * One model as it is, times a factor: for stacks of layers from several models, and for single tensors of a recipe.
 *
 * Source: mergekit.
 *
 * @param base     parameters: gives names, shapes and dtypes, but no values
 * @param experts  one parameter map with the names and shapes of `base`
 * @param options  scale: default 1
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError not one expert, a value not finite · ShapeError models do not fit together
 * @example
 * merge.passthrough(base, [math])
 */
export const passthrough: Merge<PassthroughOptions> = passthroughMethod.merge;
