/** Merge experts by their mean direction on a sphere. */
import { WEIGHTS } from "../../optionSpecs.js";
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { mergeCombination } from "../../parts/combine.js";
import { gram, normOf } from "../../parts/dots.js";
import { normalizedWeights } from "../../parts/normalizedWeights.js";
import { taskVectors, walk } from "../../parts/walk.js";
import type { Merge, MergeMethod } from "../../tensor.js";

/** Options of `multislerp`. */
export type MultislerpOptions = Pick<
  MergeOptions,
  "weights" | "normalize" | "dialect"
>;

/** Added to norms, and the least norm of a mean. */
const EPSILON = 1e-8;

/** Factors of the vectors, from their inner products. */
function coefficients(
  products: readonly (readonly number[])[],
  weights: readonly number[],
  tensor: string,
): number[] {
  const norms = products.map((row, m) => Math.sqrt(row[m]!));
  const toUnit = weights.map((weight, m) => weight / (norms[m]! + EPSILON));
  const length = normOf(products, toUnit);
  if (norms.every((norm) => norm === 0)) return [...weights];
  if (length < EPSILON) {
    if (weights.length === 2) return [...weights];
    throw new RangeError(
      `multislerp: weighted directions of tensor "${tensor}" must not cancel out, got a mean of length ${length}`,
    );
  }
  const size = norms.reduce((sum, norm, m) => sum + weights[m]! * norm, 0);
  return toUnit.map((factor) => (factor / length) * size);
}

/** The row of `multislerp`. */
export const multislerpMethod: MergeMethod = mergeMethod({
  name: "multislerp",
  mergekitName: "multislerp",
  title: "Multi-SLERP",
  paper: "https://goddard.blog/posts/multislerp-wow-what-a-cool-idea",
  models: { base: "optional" },
  options: {
    weights: WEIGHTS,
    normalize: {
      type: "boolean",
      default: true,
      mergekitName: "normalize_weights",
      doc: "divide the weights by their sum",
    },
  },
  tensor(input, options, context, emit) {
    const models = walk(input, context);
    if (input.experts.length === 1) {
      mergeCombination(models, 0, [1], emit);
      return;
    }
    const vectors = input.base === null ? models : taskVectors(models);
    const factors = coefficients(
      gram(vectors),
      normalizedWeights("multislerp", options),
      input.name,
    );
    mergeCombination(vectors, 1, factors, emit);
  },
});

/**
 * Mean direction of the task vectors (in a recipe without a base: of the experts) with their mean length, per tensor:
 *
 *   merged = base + Σ_m w_m ‖τ_m‖ · u / ‖u‖,  u = Σ_m w_m τ_m / ‖τ_m‖
 *
 * The original goes on to average in the tangent space at u; but the tangents add up to zero there, by the choice of u, so that
 * step changes nothing beyond rounding and is left out.
 *
 * Source: Goddard (mergekit), "Multi-SLERP".
 * Deviates: where all task vectors are zero the merged model is the base, also for three experts and more, where mergekit stops.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`; one alone is returned as it is
 * @param options  weights: default 1, must be given in dialect "mergekit" · normalize: divide the weights by their sum, default true
 * @returns new parameters, names, shapes and dtypes of `base`; inner products and sums in float64
 * @throws RangeError no expert, three or more directions that cancel out, a value not finite · ShapeError models do not fit together
 * @example
 * merge.multislerp(base, [math, code, agent])
 */
export const multislerp: Merge<MultislerpOptions> = multislerpMethod.merge;
