/** Merge by ResMerge: a common direction of the residuals, and a little of each expert's leading singular direction. */
import { emitMeanTaskVector } from "./meanTaskVector.js";
import { isMatrix, matrixMemory, taskMatrix } from "./taskMatrix.js";
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { AT_LEAST_ONE, lambdaOption, NOT_NEGATIVE } from "../../optionSpecs.js";
import { mergeCombination } from "../../parts/combine.js";
import { gram, inner, normOf } from "../../parts/dots.js";
import { taskVectors, walk, type Walk } from "../../parts/walk.js";
import type {
  Emit,
  Merge,
  MergeContext,
  MergeMethod,
  TensorInput,
  TensorOptions,
} from "../../tensor.js";
import {
  CUTOFF,
  leadingSpectrum,
  type Matrix,
  matrixOf,
} from "../../../linalg/index.js";
import { mean } from "../../../stats/index.js";

/** Options of `resMerge`. */
export type ResMergeOptions = Pick<
  MergeOptions,
  "headRank" | "headBudget" | "beta" | "lambda"
>;

/** The leading part of a task matrix: Σ_k values[k] · left[k] right[k]ᵀ, along rows and columns of the tensor. */
interface Head {
  values: Float64Array;
  alongRows: Matrix;
  alongColumns: Matrix;
}

/** Multiplications with a task matrix that its head takes: two a pass. */
const PASSES = 8;

/** Vectors that the search for a head of up to 16 directions keeps, along the longer side, in float64. */
const VECTORS = 2 * (PASSES + 1) * (16 + 8);

function searchMemory(tensor: Pick<TensorInput, "name" | "shape">): number {
  return isMatrix(tensor) ? 8 * VECTORS * Math.max(...tensor.shape) : 0;
}

/** The columns of a matrix as rows, those of singular values that count as zero as zeros. */
function rowsOf(
  columns: Float64Array,
  values: Float64Array,
  length: number,
): Matrix {
  const rows = values.length;
  const data = new Float64Array(rows * length);
  for (let k = 0; k < rows; k++)
    if (values[k]! > 0)
      for (let i = 0; i < length; i++)
        data[k * length + i] = columns[i * rows + k]!;
  return { rows, columns: length, data };
}

function headOf(
  input: TensorInput,
  expert: number,
  rank: number,
  context: MergeContext,
): Head {
  const { rows, columns, data } = taskMatrix(input, [expert], context);
  // Along the shorter side, whose vectors are what the search keeps.
  const found = leadingSpectrum(matrixOf(data, rows, columns), {
    rank: Math.min(rank, rows),
    seed: 0,
    passes: PASSES,
  });
  const least = CUTOFF * found.values[0]!;
  const values = found.values.map((value) => (value > least ? value : 0));
  const short = rowsOf(found.left, values, rows);
  const long = rowsOf(found.right, values, columns);
  const wide = input.shape[0]! <= input.shape[1]!;
  return {
    values,
    alongRows: wide ? short : long,
    alongColumns: wide ? long : short,
  };
}

/** Writes the heads' entries from `start` on. */
function fillHead(
  out: Float32Array,
  { values, alongRows, alongColumns }: Head,
  start: number,
): void {
  const width = alongColumns.columns;
  out.fill(0);
  for (let k = 0; k < values.length; k++)
    for (let i = 0; i < out.length; i++) {
      const row = Math.trunc((start + i) / width);
      const column = (start + i) % width;
      out[i] =
        out[i]! +
        values[k]! *
          alongRows.data[k * alongRows.columns + row]! *
          alongColumns.data[k * width + column]!;
    }
}

/** Task vectors and then their heads, as twice as many models. */
function withHeads(vectors: Walk, heads: readonly Head[]): Walk {
  return {
    ...vectors,
    models: 2 * heads.length,
    each: (visit) =>
      vectors.each((start, base, models) => {
        const parts = heads.map((head) => {
          const part = new Float32Array(base.length);
          fillHead(part, head, start);
          return part;
        });
        visit(start, base, [...models, ...parts]);
      }),
  };
}

type Products = readonly (readonly number[])[];

/** Factors of the residuals in the merged residual, from their inner products. */
function backbone(products: Products, beta: number): number[] {
  const count = products.length;
  const norms = products.map((row, m) => Math.sqrt(Math.max(0, row[m]!)));
  const toUnit = norms.map((norm) => (norm === 0 ? 0 : 1 / (norm * count)));
  const coherence = normOf(products, toUnit);
  const size = mean(norms);
  // No more alike than by chance: their plain mean.
  if (coherence <= 1 / Math.sqrt(count)) return norms.map(() => 1 / count);
  return toUnit.map((factor) => factor * coherence ** (beta - 1) * size);
}

/** Mean of the positive cosines between heads, the others counting as zero. */
function agreement(products: Products): number {
  const count = products.length;
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const norms = Math.sqrt(products[i]![i]! * products[j]![j]!);
      if (norms > 0) sum += Math.max(0, products[i]![j]! / norms);
    }
  return count === 1 ? 1 : sum / ((count * (count - 1)) / 2);
}

/** Factors of task vectors and heads in the merged task vector, from all their inner products. */
function coefficients(
  products: Products,
  { headBudget, beta, lambda }: Record<string, number>,
): number[] {
  const count = products.length / 2;
  const unit = (m: number, sign: number): number[] =>
    products.map((_, k) => (k === m ? 1 : k === m + count ? sign : 0));
  const pairs = (vectors: readonly number[][]): number[][] =>
    vectors.map((a) => vectors.map((b) => inner(products, a, b)));
  const experts = products.slice(0, count).map((_, m) => m);
  const residuals = pairs(experts.map((m) => unit(m, -1)));
  const heads = products
    .slice(count)
    .map((row) => row.slice(count)) as number[][];
  const ofResidual = backbone(residuals, beta!);
  const ofHead = (headBudget! * agreement(heads)) / count;
  return [
    ...ofResidual.map((factor) => lambda! * factor),
    ...ofResidual.map((factor) => lambda! * (ofHead - factor)),
  ];
}

function mergeMatrix(
  input: TensorInput,
  options: TensorOptions,
  context: MergeContext,
  emit: Emit,
): void {
  const heads = input.experts.map((_, m) =>
    headOf(input, m, options.headRank as number, context),
  );
  const parts = withHeads(taskVectors(walk(input, context)), heads);
  const factors = coefficients(gram(parts), options as Record<string, number>);
  mergeCombination(parts, 1, factors, emit);
}

/** The row of `resMerge`. */
export const resMergeMethod: MergeMethod = mergeMethod({
  name: "resMerge",
  title: "ResMerge",
  paper: "https://arxiv.org/abs/2606.02252",
  dialects: ["paper"],
  options: {
    headRank: {
      type: "integer",
      default: 1,
      range: AT_LEAST_ONE,
      doc: "number of leading singular directions in the head",
    },
    headBudget: {
      type: "number",
      default: 0.2,
      range: NOT_NEGATIVE,
      doc: "weight of the heads where they agree fully",
    },
    beta: {
      type: "number",
      default: 1,
      range: NOT_NEGATIVE,
      doc: "how strongly disagreement of the residuals shortens their mean",
    },
    lambda: lambdaOption(1),
  },
  memory: (tensor) => matrixMemory(tensor, 1, 0) + searchMemory(tensor),
  tensor(input, options, context, emit) {
    if (isMatrix(input)) mergeMatrix(input, options, context, emit);
    else emitMeanTaskVector(input, options.lambda as number, context, emit);
  },
});

/**
 * Merge experts by ResMerge: split each task matrix into a head (its leading singular direction) and the residual; average the
 * residuals on the sphere, shortened as far as they disagree; add the mean head with a small weight, as far as the heads agree.
 *
 *   R = mean_m ‖R_m‖ · κ^β · d/‖d‖,  d = mean_m R_m/‖R_m‖,  κ = ‖d‖   (κ ≤ 1/√M: R = mean_m R_m)
 *   merged = base + λ · (R + headBudget · a · mean_m H_m),  a = mean of the positive cosines of two heads
 *
 * Tensors of one axis, embeddings and output heads get the mean of the task vectors.
 *
 * Source: arXiv 2606.02252, after a summary of its code: that a is taken between heads, that the heads enter by their mean, and that
 * β = 1 is the default are readings of that summary.
 * Deviates: heads come from a block Krylov search of eight passes, which is exact for matrices of up to about 70 rows or columns; beyond
 *   that a head whose singular value stands out is as good as exact, and of a flat spectrum, where no direction leads, one of the
 *   leading ones.
 * Cost: O(M n N) time for an n × N matrix, n ≤ N; the matrix in float32 and a few hundred vectors of length N in memory.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  headRank: default 1 · headBudget: default 0.2 · beta: default 1 · lambda: default 1
 * @returns new parameters, names, shapes and dtypes of `base`; computed in float64
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.resMerge(base, [math, code])
 */
export const resMerge: Merge<ResMergeOptions> = resMergeMethod.merge;
