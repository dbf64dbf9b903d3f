/** Merge two experts, or their task vectors, along the arc between them. */
import { WEIGHTS } from "../../optionSpecs.js";
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { mergeArcs } from "../../parts/mergeArcs.js";
import { taskVectors, walk } from "../../parts/walk.js";
import type { Merge, MergeMethod, TensorOptions } from "../../tensor.js";

/** Options of `nuslerp`. */
export type NuslerpOptions = Pick<
  MergeOptions,
  "weights" | "flatten" | "rowWise" | "compat" | "dialect"
>;

/** Position between the experts. */
function position({ weights }: TensorOptions): number {
  const [first, second] = weights as readonly [number, number];
  return Math.abs(first + second) < 1e-6 ? 0.5 : second / (first + second);
}

/** What is interpolated together. */
function vectorsOf(
  shape: readonly number[],
  { flatten, rowWise, compat }: TensorOptions,
): "all" | "rows" | "columns" {
  if (flatten === true || shape.length < 2) return "all";
  return (rowWise === true) !== (compat === true) ? "rows" : "columns";
}

/** The row of `nuslerp`. */
export const nuslerpMethod: MergeMethod = mergeMethod({
  name: "nuslerp",
  mergekitName: "nuslerp",
  title: "NuSLERP",
  paper: "https://github.com/arcee-ai/mergekit",
  models: { min: 2, max: 2, base: "optional" },
  options: {
    weights: WEIGHTS,
    flatten: {
      type: "boolean",
      default: true,
      mergekitName: "nuslerp_flatten",
      doc: "one angle for a whole tensor",
    },
    rowWise: {
      type: "boolean",
      default: false,
      mergekitName: "nuslerp_row_wise",
      doc: "when not flattened, one angle per row (true) or per column (false)",
    },
    compat: {
      type: "boolean",
      default: false,
      dialects: ["mergekit"],
      doc: "swap rows and columns, as mergekit does against its documentation",
    },
  },
  tensor(input, options, context, emit) {
    const models = walk(input, context);
    mergeArcs(
      input.base === null ? models : taskVectors(models),
      input.shape,
      vectorsOf(input.shape, options),
      position(options),
      emit,
    );
  },
});

/**
 * Spherical interpolation between the task vectors of two experts (in a recipe without a base: between the experts), per tensor, per
 * row or per column:
 *
 *   merged = base + (sin((1 − t) φ) τ₁ + sin(t φ) τ₂) / sin φ,  t = w₂ / (w₁ + w₂),  φ the angle between τ₁ and τ₂
 *
 * Where sin φ ≤ 1e-7 the interpolation is linear; weights that add up to 0 mean t = 1/2.
 *
 * Source: mergekit; there is no paper.
 * Deviates: rows are rows and columns are columns; mergekit swaps them (option `compat` of dialect "mergekit" does so too).
 *
 * @param base     parameters
 * @param experts  two parameter maps with the names and shapes of `base`
 * @param options  weights: default 1, must be given in dialect "mergekit" · flatten: one angle per tensor, default true · rowWise:
 *   one angle per row instead of per column when not flattened, default false
 * @returns new parameters, names, shapes and dtypes of `base`; inner products and sums in float64
 * @throws RangeError not two experts, a value not finite · ShapeError models do not fit together
 * @example
 * merge.nuslerp(base, [math, code], { weights: [1, 3] })
 */
export const nuslerp: Merge<NuslerpOptions> = nuslerpMethod.merge;
