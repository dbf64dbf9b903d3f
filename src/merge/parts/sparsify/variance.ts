/** Keeps the entries on which experts differ most: the first step of SCE. */
import { addresses, floats, inArena, scoped } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import { keepRanks } from "./keepLargest.js";
import { inPairs, sumWeighted } from "../sum.js";
import { BLOCK, type Walk } from "../walk.js";

function addSquares(
  sum: Float64Array,
  mean: Float64Array,
  a: Float32Array,
  b: Float32Array,
  second: 0 | 1,
): void {
  for (let i = 0; i < a.length; i++) {
    const fromA = a[i]! - mean[i]!;
    const fromB = (b[i]! - mean[i]!) * second;
    sum[i] = sum[i]! + fromA * fromA + fromB * fromB;
  }
}

/**
 * Variance over the models of a block, per entry, in float32: the mean square distance from the mean.
 *
 * @example
 * variance([Float32Array.of(1), Float32Array.of(3)], new Float32Array(1)) // [1]
 */
export function variance(
  models: readonly Float32Array[],
  out: Float32Array,
): Float32Array {
  const { length: count } = models;
  if (inArena(out, ...models)) {
    scoped(() =>
      kernels.variance(out.byteOffset, out.length, addresses(models), count),
    );
    return out;
  }
  const mean = sumWeighted(Array<number>(count).fill(1 / count))(models);
  const sum = new Float64Array(out.length);
  inPairs(models, (a, b, m) =>
    addSquares(sum, mean, a, b, m + 1 < count ? 1 : 0),
  );
  for (let i = 0; i < out.length; i++) out[i] = sum[i]! / count;
  return out;
}

/** Calls `visit` with each block and the variances of its entries, which are reused. */
function withVariances(
  vectors: Walk,
  visit: (
    start: number,
    base: Float32Array,
    models: readonly Float32Array[],
    variances: Float32Array,
  ) => void,
  pieces?: number,
): void {
  scoped(() => {
    const all = floats(BLOCK);
    vectors.each((start, base, models) => {
      const variances = variance(models, all.subarray(0, base.length));
      visit(start, base, models, variances);
    }, pieces);
  });
}

/** The variances over the models of a tensor, as if they were one model. */
function variancesOf(vectors: Walk): Walk {
  return {
    ...vectors,
    models: 1,
    each(visit, pieces) {
      withVariances(
        vectors,
        (start, base, _models, variances) => visit(start, base, [variances]),
        pieces,
      );
    },
  };
}

/**
 * Number of entries that are not zero.
 *
 * @example
 * countNonZero(Float32Array.of(0, 2)) // 1
 */
export function countNonZero(values: Float32Array): number {
  if (inArena(values))
    return kernels.countNonZero(values.byteOffset, values.length);
  let count = 0;
  for (const value of values) count += +(value !== 0);
  return count;
}

function countAll(one: Walk): number {
  let count = 0;
  one.each((_start, _base, [values]) => {
    count += countNonZero(values!);
  });
  return count;
}

/** values · [of is not zero], in place. */
export function keepWhere(values: Float32Array, of: Float32Array): void {
  if (inArena(values, of))
    kernels.keepWhere(values.byteOffset, values.length, of.byteOffset);
  else
    for (let i = 0; i < values.length; i++)
      values[i] = values[i]! * +(of[i]! !== 0);
}

/**
 * Task vectors with all entries zeroed but those of largest variance over the experts: the same ones in every task vector.
 *
 * @param keptOf  how many entries stay, from the number of entries whose variance is not zero
 */
export function mostVaried(
  vectors: Walk,
  keptOf: (nonZero: number) => number,
): Walk {
  const { length } = vectors;
  const spread = variancesOf(vectors);
  const kept = keptOf(countAll(spread));
  const keep = keepRanks(spread, [{ first: length - kept, last: length }]);
  return {
    ...vectors,
    each(visit, pieces) {
      const drop = keep();
      withVariances(
        vectors,
        (start, base, models, variances) => {
          drop(start, [variances]);
          for (const values of models) keepWhere(values, variances);
          visit(start, base, models);
        },
        pieces,
      );
    },
  };
}
