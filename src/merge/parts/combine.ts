/** Writes a linear combination of models. */
import type { Emit, TensorInput } from "../tensor.js";
import { sumWeighted } from "./sum.js";
import { mergeBlocks, type Walk } from "./walk.js";

/** merged = b · base + Σ_m c_m x_m, in float64. */
export function mergeCombination(
  models: Walk,
  ofBase: number,
  coefficients: readonly number[],
  emit: Emit,
): void {
  const sum = sumWeighted(coefficients);
  mergeBlocks(models, emit, (out, base, blocks) => {
    const total = sum(blocks);
    for (let i = 0; i < out.length; i++) out[i] = ofBase * base[i]! + total[i]!;
  });
}

/** The same tensor with the base as the first of the models. */
export function baseAsModel(input: TensorInput): TensorInput {
  return {
    ...input,
    base: null,
    experts: [input.base!, ...input.experts],
    ids: ["base", ...input.ids],
  };
}
