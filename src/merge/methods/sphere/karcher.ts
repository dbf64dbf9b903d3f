/** Merge models by their Karcher mean: the point of a sphere that is nearest to all of them. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { AT_LEAST_ONE, NOT_NEGATIVE } from "../../optionSpecs.js";
import { mergeCombination } from "../../parts/combine.js";
import { gram, inner, normOf } from "../../parts/dots.js";
import { walk } from "../../parts/walk.js";
import type { Merge, MergeMethod } from "../../tensor.js";

/** Options of `karcher`. */
export type KarcherOptions = Pick<
  MergeOptions,
  "maxIter" | "tolerance" | "dialect"
>;

// Less cannot be told from 0: a cosine in float64 says nothing smaller.
const TINY_SINE = 1e-7;

type Products = readonly (readonly number[])[];

const scaled = (vector: readonly number[], factor: number): number[] =>
  vector.map((value) => value * factor);

/**
 * Mean direction of unit vectors as factors of them, from their inner products: walk towards it until a step is shorter than the
 * tolerance. Nothing but inner products is needed, so no tensor is held in memory.
 */
function meanDirection(
  products: Products,
  maxIter: number,
  tolerance: number,
): number[] {
  const count = products.length;
  const plain = Array<number>(count).fill(1 / count);
  const length = normOf(products, plain);
  let mean =
    length < tolerance
      ? plain.map((_, m) => (m === 0 ? 1 : 0))
      : scaled(plain, 1 / length);
  for (let step = 0; step < maxIter; step++) {
    const tangent = Array<number>(count).fill(0);
    for (let m = 0; m < count; m++) {
      const unit = plain.map((_, k) => (k === m ? 1 : 0));
      const cosine = Math.max(-1, Math.min(1, inner(products, mean, unit)));
      const angle = Math.acos(cosine);
      // Opposite to the mean every direction is as near as any other; none is taken.
      const sine = Math.sin(angle);
      if (angle < tolerance || sine < TINY_SINE) continue;
      const pull = angle / sine / count;
      tangent.forEach((value, k) => {
        tangent[k] = value + pull * (unit[k]! - cosine * mean[k]!);
      });
    }
    const size = normOf(products, tangent);
    if (size < tolerance) break;
    mean = mean.map(
      (value, k) =>
        Math.cos(size) * value + (Math.sin(size) / size) * tangent[k]!,
    );
    mean = scaled(mean, 1 / normOf(products, mean));
  }
  return mean;
}

/** Factors of the models in their mean, from their inner products. */
function coefficients(
  products: Products,
  maxIter: number,
  tolerance: number,
): number[] {
  const norms = products.map((row, m) => Math.sqrt(row[m]!));
  const long = norms.flatMap((norm, m) => (norm > tolerance ? [m] : []));
  const mean = meanDirection(
    long.map((i) =>
      long.map((j) => products[i]![j]! / (norms[i]! * norms[j]!)),
    ),
    maxIter,
    tolerance,
  );
  const size = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  const factors = norms.map(() => 0);
  long.forEach((m, k) => {
    factors[m] = (mean[k]! / norms[m]!) * size;
  });
  return factors;
}

/** The row of `karcher`. */
export const karcherMethod: MergeMethod = mergeMethod({
  name: "karcher",
  mergekitName: "karcher",
  title: "Karcher",
  paper: "https://arxiv.org/abs/2603.04972",
  models: { base: "unused" },
  options: {
    maxIter: {
      type: "integer",
      default: 10,
      range: AT_LEAST_ONE,
      mergekitName: "max_iter",
      doc: "most steps",
    },
    tolerance: {
      type: "number",
      default: 1e-5,
      range: NOT_NEGATIVE,
      mergekitName: "tol",
      doc: "length of a step, in radians, at which the mean has converged; shorter models count for their length alone",
    },
  },
  tensor(input, options, context, emit) {
    const models = walk(input, context);
    const factors =
      input.experts.length === 1
        ? [1]
        : coefficients(
            gram(models),
            options.maxIter as number,
            options.tolerance as number,
          );
    mergeCombination(models, 0, factors, emit);
  },
});

/**
 * Karcher mean of the experts' directions times the mean of their lengths, per tensor:
 *
 *   merged = (1/M) Σ_m ‖θ_m‖ · argmin_{‖u‖ = 1} Σ_m angle(u, θ_m)²
 *
 * found by averaging in the tangent space at the present mean and walking there. The base gives names, shapes and dtypes, but no
 * values.
 *
 * Source: arXiv 2603.04972; limits as in mergekit.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`; one alone is returned as it is
 * @param options  maxIter: most steps, default 10 · tolerance: radians, default 1e-5
 * @returns new parameters, names, shapes and dtypes of `base`; inner products and sums in float64
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.karcher(base, [math, code])
 */
export const karcher: Merge<KarcherOptions> = karcherMethod.merge;
