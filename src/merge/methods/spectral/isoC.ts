/** Merge by isotropic merging: all singular values of the summed task matrix made equal. */
import { emitMeanTaskVector } from "./meanTaskVector.js";
import {
  emitProduct,
  isMatrix,
  matrixMemory,
  taskMatrix,
} from "./taskMatrix.js";
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { lambdaOption } from "../../optionSpecs.js";
import type {
  Emit,
  Merge,
  MergeContext,
  MergeMethod,
  TensorInput,
} from "../../tensor.js";
import { leftSvd, type Matrix, sumOfSquares } from "../../../linalg/index.js";
import { total } from "../../../stats/index.js";

/** Options of `isoC`. */
export type IsoCOptions = Pick<MergeOptions, "lambda">;

/** What makes all singular values of a matrix their mean, from the left: σ̄ · Σ_k uₖ uₖᵀ / σₖ. */
function equalizer(matrix: Matrix): Matrix {
  const { values, left } = leftSvd(matrix);
  // Of all rows: singular values beyond the columns are 0.
  const mean = total(values) / matrix.rows;
  const factors = values.map((value) => (value === 0 ? 0 : mean / value));
  return sumOfSquares(left.data, factors);
}

function mergeMatrix(
  input: TensorInput,
  lambda: number,
  context: MergeContext,
  emit: Emit,
): void {
  const all = input.experts.map((_, m) => m);
  const sum = taskMatrix(input, all, context);
  emitProduct(input, equalizer(sum), sum, lambda, emit);
}

/** The row of `isoC`. */
export const isoCMethod: MergeMethod = mergeMethod({
  name: "isoC",
  title: "Iso-C",
  paper: "https://arxiv.org/abs/2502.04959",
  dialects: ["paper"],
  options: { lambda: lambdaOption(1) },
  memory: (tensor) => matrixMemory(tensor, 1, 2),
  tensor(input, options, context, emit) {
    const lambda = options.lambda as number;
    if (isMatrix(input)) mergeMatrix(input, lambda, context, emit);
    else emitMeanTaskVector(input, lambda, context, emit);
  },
});

/**
 * Merge experts by isotropic merging in the common subspace: add up the task matrices and set every singular value of the sum to their
 * mean, so that directions that few experts share are not drowned.
 *
 *   merged = base + λ · σ̄ U Vᵀ,  Σ_m τ_m = U diag(σ) Vᵀ
 *
 * Tensors of one axis, embeddings and output heads get the mean of the task vectors. Directions of singular value zero (below 1e-6
 * of the largest) have no partner on the other side and are left out; they count in the mean.
 *
 * Source: Marczak et al. 2025 (arXiv 2502.04959), Iso-C.
 * Cost: O(n² N) time for an n × N matrix, n ≤ N; the matrix in float32 and two n × n matrices in memory.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1
 * @returns new parameters, names, shapes and dtypes of `base`; computed in float64
 * @throws RangeError no expert, lambda or a value not finite · ShapeError models do not fit together
 * @example
 * merge.isoC(base, [math, code])
 */
export const isoC: Merge<IsoCOptions> = isoCMethod.merge;
