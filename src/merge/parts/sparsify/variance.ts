/** Keeps the entries on which experts differ most: the first step of SCE. */
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

/** Variance over the models of a block, per entry, in float32: the mean square distance from the mean; reused by the next call. */
function variance(
  count: number,
): (models: readonly Float32Array[]) => Float32Array {
  const meanOf = sumWeighted(Array<number>(count).fill(1 / count));
  const squares = new Float64Array(BLOCK);
  const variances = new Float32Array(BLOCK);
  return (models) => {
    const mean = meanOf(models);
    const sum = squares.subarray(0, mean.length).fill(0);
    inPairs(models, (a, b, m) =>
      addSquares(sum, mean, a, b, m + 1 < count ? 1 : 0),
    );
    const out = variances.subarray(0, mean.length);
    for (let i = 0; i < out.length; i++) out[i] = sum[i]! / count;
    return out;
  };
}

/** The variances over the models of a tensor, as if they were one model. */
function variances(vectors: Walk): Walk {
  const varianceOf = variance(vectors.models);
  return {
    ...vectors,
    models: 1,
    each(visit, pieces) {
      vectors.each(
        (start, base, models) => visit(start, base, [varianceOf(models)]),
        pieces,
      );
    },
  };
}

function countNonZero(one: Walk): number {
  let count = 0;
  one.each((_start, _base, [values]) => {
    for (const value of values!) count += +(value !== 0);
  });
  return count;
}

/** values · [of is not zero], in place. */
function keepWhere(values: Float32Array, of: Float32Array): void {
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
  const { length, models: count } = vectors;
  const spread = variances(vectors);
  const kept = keptOf(countNonZero(spread));
  const keep = keepRanks(spread, [{ first: length - kept, last: length }]);
  return {
    ...vectors,
    each(visit, pieces) {
      const drop = keep();
      const varianceOf = variance(count);
      vectors.each((start, base, models) => {
        const variances = varianceOf(models);
        drop(start, [variances]);
        for (const values of models) keepWhere(values, variances);
        visit(start, base, models);
      }, pieces);
    },
  };
}
