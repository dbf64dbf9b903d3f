/** Merge by task singular vectors: the leading singular directions of every expert, made orthogonal to one another. */
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
import {
  gramOf,
  inverseRoot,
  leading,
  leftSvd,
  type Matrix,
  product,
  rightOf,
  transpose,
} from "../../../linalg/index.js";

/** Options of `tsvM`. */
export type TsvMOptions = Pick<MergeOptions, "lambda">;

/** Leading directions of all experts, stacked: rows of `left` and `right`, and their singular values. */
interface Stack {
  left: Matrix;
  right: Matrix;
  values: Float64Array;
}

function stack(input: TensorInput, context: MergeContext): Stack {
  const count = input.experts.length;
  const [short, long] = [Math.min(...input.shape), Math.max(...input.shape)];
  const kept = Math.trunc(short / count);
  const left = new Float64Array(count * kept * short);
  const right = new Float32Array(count * kept * long);
  const values = new Float64Array(count * kept);
  for (let m = 0; m < count; m++) {
    const matrix = taskMatrix(input, [m], context);
    const all = leftSvd(matrix);
    const first = leading(all, kept);
    left.set(first.data, m * kept * short);
    right.set(rightOf(matrix, first, all.values).data, m * kept * long);
    values.set(all.values.subarray(0, kept), m * kept);
  }
  const rows = count * kept;
  return {
    left: { rows, columns: short, data: left },
    right: { rows, columns: long, data: right },
    values,
  };
}

/** Matrix between the stacked directions: (U Uᵀ)^(−1/2) Σ (V Vᵀ)^(−1/2). */
function core({ left, right, values }: Stack): Matrix {
  const n = values.length;
  const ofLeft = inverseRoot(gramOf(left), n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) ofLeft.data[i * n + k]! *= values[k]!;
  return product(ofLeft, inverseRoot(gramOf(right), n));
}

function mergeMatrix(
  input: TensorInput,
  lambda: number,
  context: MergeContext,
  emit: Emit,
): void {
  const directions = stack(input, context);
  const mixed = product(transpose(directions.left), core(directions));
  emitProduct(input, mixed, directions.right, lambda, emit);
}

/** The row of `tsvM`. */
export const tsvMMethod: MergeMethod = mergeMethod({
  name: "tsvM",
  title: "TSV-M",
  paper: "https://arxiv.org/abs/2412.00081",
  dialects: ["paper"],
  options: { lambda: lambdaOption(1) },
  // While an expert is taken apart: it, all directions so far, and the new ones.
  memory: (tensor, models) => matrixMemory(tensor, 2 + 1 / models, 2),
  tensor(input, options, context, emit) {
    const lambda = options.lambda as number;
    if (isMatrix(input)) mergeMatrix(input, lambda, context, emit);
    else emitMeanTaskVector(input, lambda, context, emit);
  },
});

/**
 * Merge experts by task singular vectors: of each task matrix keep the first n/M of its n singular triplets, put those of all experts
 * side by side, and replace both sets of directions by the nearest orthogonal ones, so that the experts do not interfere.
 *
 *   merged = base + λ · U⊥ Σ V⊥ᵀ,  U⊥ = U (UᵀU)^(−1/2),  U = [U₁ … U_M] and V likewise
 *
 * Tensors of one axis, embeddings and output heads get the mean of the task vectors. Directions of singular value zero (below
 * 1e-6 of the largest) are left out.
 *
 * Source: Gargiulo et al. 2025 (arXiv 2412.00081), Alg. 1, with λ = 1.
 * Cost: O(M n² N) time for an n × N matrix, n ≤ N; the matrix twice in float32 and two n × n matrices in memory.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1
 * @returns new parameters, names, shapes and dtypes of `base`; computed in float64
 * @throws RangeError no expert, lambda or a value not finite · ShapeError models do not fit together
 * @example
 * merge.tsvM(base, [math, code])
 */
export const tsvM: Merge<TsvMOptions> = tsvMMethod.merge;
