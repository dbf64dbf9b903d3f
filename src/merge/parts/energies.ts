/** How much each expert changed a tensor. */
import { inArena } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import { dot } from "./dots.js";
import type { Walk } from "./walk.js";

/** Σ x² of a block, in float64. */
export function sumSquares(values: Float32Array): number {
  return inArena(values)
    ? kernels.sumSquares(values.byteOffset, values.length)
    : dot(values, values);
}

/** Σ τ² per expert of a tensor, in float64, added up block by block. */
export function energies(vectors: Walk): Float64Array {
  const sums = new Float64Array(vectors.models);
  vectors.each((_start, _base, models) => {
    for (let m = 0; m < models.length; m++) sums[m]! += sumSquares(models[m]!);
  });
  return sums;
}
