/** Merge by MagMax: per entry, the largest change. */
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { lambdaOption } from "../optionSpecs.js";
import { mergeBlocks, taskVectors, walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `magMax`. */
export type MagMaxOptions = Pick<MergeOptions, "lambda">;

/** Keep the larger of two changes per entry, in place; the new one where they are equal. */
function keepLarger(largest: Float32Array, values: Float32Array): void {
  for (let i = 0; i < largest.length; i++) {
    const value = values[i]!;
    if (Math.abs(value) >= Math.abs(largest[i]!)) largest[i] = value;
  }
}

/** The row of `magMax`. */
export const magMaxMethod: MergeMethod = mergeMethod({
  name: "magMax",
  title: "MagMax",
  paper: "https://arxiv.org/abs/2407.06322",
  dialects: ["paper"],
  options: { lambda: lambdaOption(0.5) },
  tensor(input, options, context, emit) {
    const lambda = options.lambda as number;
    const vectors = taskVectors(walk(input, context));
    mergeBlocks(vectors, emit, (out, base, [largest, ...others]) => {
      for (const values of others) keepLarger(largest!, values);
      for (let i = 0; i < out.length; i++)
        out[i] = base[i]! + lambda * largest![i]!;
    });
  },
});

/**
 * Merge experts by MagMax: per entry, the change of largest magnitude; of equal ones that of the last expert.
 *
 *   merged = base + λ · τ_k,  k = argmax_m |τ_m|
 *
 * Source: Marczak et al. 2024 (arXiv 2407.06322), Eq. 2, with λ = 0.5.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 0.5
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, lambda or a value not finite · ShapeError models do not fit together
 * @example
 * merge.magMax(base, [math, code])
 */
export const magMax: Merge<MagMaxOptions> = magMaxMethod.merge;
