/** Weighted sums over the models of a block, in float64. */
import { BLOCK } from "./walk.js";

const NONE = new Float32Array(BLOCK);

/**
 * Calls `two` with two models at a time, a last odd one together with zeros: half the passes over the sums of one model at a time,
 * and the same order of additions.
 */
export function inPairs(
  models: readonly Float32Array[],
  two: (a: Float32Array, b: Float32Array, m: number) => void,
): void {
  for (let m = 0; m < models.length; m += 2)
    two(models[m]!, models[m + 1] ?? NONE, m);
}

function addWeighted(
  sum: Float64Array,
  a: Float32Array,
  b: Float32Array,
  wa: number,
  wb: number,
): void {
  for (let i = 0; i < a.length; i++) sum[i] = sum[i]! + wa * a[i]! + wb * b[i]!;
}

/** Σ_m w_m · x_m of a block, in the order of the models; the result is reused by the next call. */
export type WeightedSum = (models: readonly Float32Array[]) => Float64Array;

/**
 * A weighted sum of blocks.
 *
 * @example
 * sumWeighted([1, 2])([Float32Array.of(1), Float32Array.of(3)]) // [7]
 */
export function sumWeighted(weights: readonly number[]): WeightedSum {
  const scratch = new Float64Array(BLOCK);
  return (models) => {
    const sum = scratch.subarray(0, models[0]!.length);
    sum.fill(0);
    inPairs(models, (a, b, m) =>
      addWeighted(sum, a, b, weights[m]!, weights[m + 1] ?? 0),
    );
    return sum;
  };
}
