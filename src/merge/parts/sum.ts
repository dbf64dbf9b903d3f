/** Weighted sums over the models of a block, in float64. */
import { BLOCK } from "./walk.js";

let none = new Float32Array(BLOCK);

/** Zeros in place of a model. */
function zeros(length: number): Float32Array {
  if (none.length < length) none = new Float32Array(length);
  return none;
}

/**
 * Calls `two` with two models at a time, a last odd one together with zeros: half the passes over the sums of one model at a time,
 * and the same order of additions.
 */
export function inPairs(
  models: readonly Float32Array[],
  two: (a: Float32Array, b: Float32Array, m: number) => void,
): void {
  for (let m = 0; m < models.length; m += 2)
    two(models[m]!, models[m + 1] ?? zeros(models[m]!.length), m);
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
  // Made when it is needed: where kernels take over it never is, and small tensors need little of it.
  let scratch = new Float64Array(0);
  return (models) => {
    const { length } = models[0]!;
    if (scratch.length < length) scratch = new Float64Array(length);
    const sum = scratch.subarray(0, length);
    sum.fill(0);
    inPairs(models, (a, b, m) =>
      addWeighted(sum, a, b, weights[m]!, weights[m + 1] ?? 0),
    );
    return sum;
  };
}
