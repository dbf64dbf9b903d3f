/** Merge by task arithmetic: add up what every expert learned. */
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { generalOptions } from "../optionSpecs.js";
import type { Merge, MergeMethod } from "../tensor.js";
import { family, familyMethod } from "./family.js";

/** Options of `taskArithmetic`. */
export type TaskArithmeticOptions = Pick<
  MergeOptions,
  "lambda" | "weights" | "normalize" | "dialect"
>;

const { lambda, weights, normalize } = generalOptions(
  family.taskArithmetic.mergekit,
);

/** The row of `taskArithmetic`. */
export const taskArithmeticMethod: MergeMethod = familyMethod({
  name: "taskArithmetic",
  mergekitName: "task_arithmetic",
  title: "TA",
  style: {
    label: "Task arithmetic",
    color: "#0f7c91",
    dash: "7 3",
    symbol: "triangle",
  },
  paper: "https://arxiv.org/abs/2212.04089",
  dialects: DIALECTS,
  options: { lambda, weights, normalize },
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
export const taskArithmetic: Merge<TaskArithmeticOptions> =
  taskArithmeticMethod.merge;
