/** Merge two models by taking over the most important changes only. */
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { rowLength, rowMemory } from "../parts/rowLength.js";
import { selectMagnitudes } from "../parts/sparsify/select.js";
import { inBlocks, mergeBlocks, walk, type Walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `arceeFusion`. */
export type ArceeFusionOptions = Pick<MergeOptions, "dialect">;

/** Added to probabilities. */
const EPSILON = 1e-8;

/** Softmax of a row, plus epsilon, in float64. */
function softmax(out: Float64Array, row: Float32Array): void {
  let largest = -Infinity;
  for (const value of row) if (value > largest) largest = value;
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    out[i] = Math.exp(row[i]! - largest);
    sum += out[i]!;
  }
  for (let i = 0; i < row.length; i++) out[i] = out[i]! / sum + EPSILON;
}

/** Importance of the entries of whole rows: |change| · KL(softmax of the expert's row ‖ softmax of the base's); reused. */
function importance(
  row: number,
): (base: Float32Array, expert: Float32Array) => Float32Array {
  const [p, q] = [new Float64Array(row), new Float64Array(row)];
  let scores = new Float32Array(0);
  return (base, expert) => {
    if (scores.length < base.length) scores = new Float32Array(base.length);
    for (let from = 0; from < base.length; from += row) {
      const [x, y] = [expert, base].map((all) =>
        all.subarray(from, from + row),
      ) as [Float32Array, Float32Array];
      softmax(p, x);
      softmax(q, y);
      let divergence = 0;
      for (let i = 0; i < row; i++)
        divergence += p[i]! * Math.log(p[i]! / q[i]!);
      // Rounding alone could make it negative.
      divergence = Math.max(0, divergence);
      for (let i = 0; i < row; i++)
        scores[from + i] = Math.abs(x[i]! - y[i]!) * divergence;
    }
    return scores.subarray(0, base.length);
  };
}

/** Importance of all entries, as if it were a model. */
function importances(models: Walk, row: number): Walk {
  const scoresOf = importance(row);
  return inBlocks({
    ...models,
    // Rows must be whole, so that a sample of pieces is not possible.
    each: (visit) =>
      models.each((start, base, [expert]) =>
        visit(start, base, [scoresOf(base, expert!)]),
      ),
  });
}

/** Median + 1.5 · interquartile range. */
function threshold(scores: Walk): number {
  const ranks = [0.25, 0.5, 0.75].map(
    (share) => Math.trunc(share * (scores.length - 1)) + 1,
  );
  const [low, middle, high] = selectMagnitudes(scores, [ranks])[0]!.map(
    ({ magnitude }) => magnitude,
  ) as [number, number, number];
  return middle + 1.5 * (high - low);
}

/** The row of `arceeFusion`. */
export const arceeFusionMethod: MergeMethod = mergeMethod({
  name: "arceeFusion",
  mergekitName: "arcee_fusion",
  title: "Arcee Fusion",
  paper: "https://github.com/arcee-ai/mergekit",
  models: { min: 1, max: 1 },
  memory: rowMemory,
  tensor(input, _options, context, emit) {
    if (input.length === 0) return;
    const row = rowLength(input.shape);
    const models = walk(input, context, row);
    const least = threshold(importances(models, row));
    const scoresOf = importance(row);
    mergeBlocks(models, emit, (out, base, [expert]) => {
      const scores = scoresOf(base, expert!);
      for (let i = 0; i < out.length; i++)
        out[i] = base[i]! + (expert![i]! - base[i]!) * +(scores[i]! >= least);
    });
  },
});

/**
 * Take over the expert's most important changes, per tensor, and leave the rest of the base:
 *
 *   importance = |expert − base| · KL(softmax(expert row) ‖ softmax(base row))
 *
 * Changes count whose importance is at least the median plus 1.5 times the distance of the quartiles.
 *
 * Source: mergekit; there is no paper.
 * Deviates: quartiles are exact; mergekit takes them from a random sample in tensors of over a million entries.
 *
 * @param base     parameters
 * @param experts  one parameter map with the names and shapes of `base`
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError not one expert, a value not finite · ShapeError models do not fit together
 * @example
 * merge.arceeFusion(base, [math])
 */
export const arceeFusion: Merge<ArceeFusionOptions> = arceeFusionMethod.merge;
