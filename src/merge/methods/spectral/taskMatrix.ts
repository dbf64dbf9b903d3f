/** Task vectors of weight matrices, for methods that look at their singular directions. */
import type { Emit, MergeContext, TensorInput } from "../../tensor.js";
import { subtract } from "../../parts/walk.js";
import { type Matrix, multiply, PANEL } from "../../../linalg/index.js";

/** Rows merged at a time. */
const ROWS = 64;

/** Names of tables that are looked up, not multiplied by: their rows are not directions. */
const TABLE = /(?:^|\.)(?:embed_tokens|lm_head|wte|wpe)\./;

/** True where a tensor is a weight matrix: two axes, and not an embedding or an output head. */
export function isMatrix({
  name,
  shape,
}: Pick<TensorInput, "name" | "shape">): boolean {
  return (
    shape.length === 2 && shape.every((dim) => dim > 0) && !TABLE.test(name)
  );
}

/**
 * Bytes that a method of matrices holds, for `memory` of its row: the tensor so many times in float32, so many square matrices of its
 * shorter side in float64, and the panels that products work on.
 */
export function matrixMemory(
  tensor: Pick<TensorInput, "name" | "shape">,
  copies: number,
  squares: number,
): number {
  if (!isMatrix(tensor)) return 0;
  const { shape } = tensor;
  const [short, long] = [Math.min(...shape), Math.max(...shape)];
  const panels = 8 * (3 * short * PANEL + 2 * long * ROWS);
  return 4 * short * long * copies + 8 * short * short * squares + panels;
}

/** Add the sum of weighted task vectors of a tensor to `out`, stored with the shorter side as rows. */
function addTaskVector(
  out: Float32Array,
  input: TensorInput,
  expert: number,
  { chunk }: Pick<MergeContext, "chunk">,
): void {
  const [rows, columns] = input.shape as [number, number];
  const block = Math.max(1, Math.trunc(chunk / columns));
  const scratch = [0, 1].map(() => new Float32Array(block * columns));
  for (let row = 0; row < rows; row += block) {
    const count = Math.min(block, rows - row) * columns;
    const [base, values] = scratch.map((all) => all.subarray(0, count)) as [
      Float32Array,
      Float32Array,
    ];
    input.base!.read(row * columns, base);
    input.experts[expert]!.read(row * columns, values);
    subtract(values, base);
    for (let i = 0; i < count; i++) {
      const at =
        rows <= columns
          ? row * columns + i
          : (i % columns) * rows + row + Math.trunc(i / columns);
      out[at] = out[at]! + values[i]!;
    }
  }
}

/** The sum of the task vectors of some experts, as a matrix whose rows are the shorter side. */
export function taskMatrix(
  input: TensorInput,
  experts: readonly number[],
  context: Pick<MergeContext, "chunk">,
): Matrix & { data: Float32Array } {
  const [rows, columns] = input.shape as [number, number];
  const data = new Float32Array(rows * columns);
  for (const expert of experts) addTaskVector(data, input, expert, context);
  return {
    rows: Math.min(rows, columns),
    columns: Math.max(rows, columns),
    data,
  };
}

/** Emit base + λ · values, for whole rows. */
function emitRows(
  input: TensorInput,
  start: number,
  values: Float64Array,
  lambda: number,
  emit: Emit,
): void {
  const base = new Float32Array(values.length);
  input.base!.read(start, base);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = base[i]! + lambda * values[i]!;
  emit(start, out);
}

/**
 * Emit base + λ · A B, where A B has the shorter side as rows, as `taskMatrix` has.
 */
export function emitProduct(
  input: TensorInput,
  a: Matrix,
  b: Matrix,
  lambda: number,
  emit: Emit,
): void {
  const [rows, columns] = input.shape as [number, number];
  if (rows > columns) {
    multiply(a, b, (from, width, panel) => {
      const turned = new Float64Array(width * columns);
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < width; j++)
          turned[j * columns + i] = panel[i * width + j]!;
      emitRows(input, from * columns, turned, lambda, emit);
    });
    return;
  }
  for (let row = 0; row < rows; row += ROWS) {
    const count = Math.min(ROWS, rows - row);
    const part = {
      rows: count,
      columns: a.columns,
      data: a.data.subarray(row * a.columns, (row + count) * a.columns),
    };
    const values = new Float64Array(count * columns);
    multiply(part, b, (from, width, panel) => {
      for (let i = 0; i < count; i++)
        values.set(
          panel.subarray(i * width, (i + 1) * width),
          i * columns + from,
        );
    });
    emitRows(input, row * columns, values, lambda, emit);
  }
}
