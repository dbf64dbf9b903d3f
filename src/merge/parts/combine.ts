/** Writes a linear combination of models. */
import { addresses, inArena, numbers, scoped } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Emit, TensorInput } from "../tensor.js";
import { sumWeighted } from "./sum.js";
import { mergeBlocks, type Step, type Walk } from "./walk.js";

/** merged = (b · base + Σ_m c_m x_m) / divisor, in float64. */
export function mergeCombination(
  models: Walk,
  ofBase: number,
  coefficients: readonly number[],
  emit: Emit,
  divisor: number = 1,
): void {
  mergeBlocks(models, emit, combination(ofBase, coefficients, divisor));
}

/** The step of `mergeCombination`. */
export function combination(
  ofBase: number,
  coefficients: readonly number[],
  divisor: number,
): Step {
  const sum = sumWeighted(coefficients);
  return (out, base, models) => {
    if (inArena(out, base, ...models))
      scoped(() =>
        kernels.combine(
          out.byteOffset,
          base.byteOffset,
          out.length,
          addresses(models),
          models.length,
          numbers(coefficients),
          ofBase,
          divisor,
        ),
      );
    else {
      const total = sum(models);
      for (let i = 0; i < out.length; i++)
        out[i] = (ofBase * base[i]! + total[i]!) / divisor;
    }
  };
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
