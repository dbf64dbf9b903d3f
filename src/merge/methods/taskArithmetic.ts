/** Merge by task arithmetic: add up what every expert learned. */
import type { Params } from "../../checkpoint/index.js";
import { DIALECTS } from "../dialects.js";
import { generalOptions, mergeGeneral } from "../parts/general.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { taskVectors, walk } from "../parts/walk.js";
import type { MergeMethod } from "../tensor.js";

/** Options of `taskArithmetic`. */
export type TaskArithmeticOptions = Pick<
  MergeOptions,
  "lambda" | "weights" | "normalize" | "dialect"
>;

const { weights, normalize, lambda } = generalOptions({
  normalize: false,
  rescale: false,
});

/** The row of `taskArithmetic`. */
export const taskArithmeticMethod: MergeMethod = mergeMethod({
  name: "taskArithmetic",
  mergekitName: "task_arithmetic",
  title: "TA",
  paper: "https://arxiv.org/abs/2212.04089",
  dialects: DIALECTS,
  options: { lambda, weights, normalize },
  tensor(input, options, context, emit) {
    const vectors = taskVectors(walk(input, context));
    mergeGeneral(vectors, null, false, options, emit);
  },
});

/**
 * Merge experts by task arithmetic: the sum, not the mean, of the task vectors.
 *
 *   merged = base + λ · Σ_m w_m (expert_m − base)
 *
 * Source: Ilharco et al. 2023 (arXiv 2212.04089); paper Table 4, row "TA", with λ = 1.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1 · weights: default 1 · dialect "mergekit": weights must be given; normalize: divide by
 *   their sum, default false
 * @returns new parameters, names, shapes and dtypes of `base`; summed in float64, stored as float32
 * @throws RangeError no expert, lambda or a value not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.taskArithmetic(base, [math, code], { lambda: 0.4 })
 */
export function taskArithmetic(
  base: Params,
  experts: readonly Params[],
  options: TaskArithmeticOptions = {},
): Params {
  return taskArithmeticMethod.merge(base, experts, options);
}
