/** Merge two models along the arc between them. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { baseAsModel, mergeCombination } from "../../parts/combine.js";
import { gram } from "../../parts/dots.js";
import { walk } from "../../parts/walk.js";
import type { Merge, MergeMethod, OptionSpec } from "../../tensor.js";

/** Options of `slerp`. */
export type SlerpOptions = Pick<MergeOptions, "t" | "dialect">;

/** Norms up to this one count as 1. */
const TINY_NORM = 1e-8;
/** Cosines beyond this one are interpolated along the chord. */
const NEARLY_PARALLEL = 0.9995;

/** Position between two models. */
const POSITION: OptionSpec = {
  type: "number",
  default: 0.5,
  defaults: { mergekit: "required" },
  doc: "position between the base (0) and the expert (1)",
};

/** Factors of two models on the arc between them, from their inner products. */
function arc(
  products: readonly (readonly number[])[],
  t: number,
): [number, number] {
  const norms = products.map((row, m) => {
    const norm = Math.sqrt(row[m]!);
    return norm > TINY_NORM ? norm : 1;
  });
  const unbound = products[0]![1]! / (norms[0]! * norms[1]!);
  const cosine = Math.max(-1, Math.min(1, unbound));
  if (Math.abs(cosine) > NEARLY_PARALLEL) return [1 - t, t];
  const angle = Math.acos(cosine);
  return [
    Math.sin((1 - t) * angle) / Math.sin(angle),
    Math.sin(t * angle) / Math.sin(angle),
  ];
}

/** The row of `slerp`. */
export const slerpMethod: MergeMethod = mergeMethod({
  name: "slerp",
  mergekitName: "slerp",
  title: "Slerp",
  paper: "https://doi.org/10.1145/325334.325242",
  models: { min: 1, max: 1 },
  options: { t: POSITION },
  tensor(input, options, context, emit) {
    const both = walk(baseAsModel(input), context);
    mergeCombination(both, 0, arc(gram(both), options.t as number), emit);
  },
});

/**
 * Spherical interpolation between base and expert, per tensor: the angle is that between the two tensors, the factors go to the
 * tensors as they are.
 *
 *   merged = (sin((1 − t) φ) · base + sin(t φ) · expert) / sin φ,  cos φ = ⟨base, expert⟩ / (‖base‖ ‖expert‖)
 *
 * Where |cos φ| > 0.9995 the interpolation is linear.
 *
 * Source: Shoemake 1985; the limits are mergekit's.
 *
 * @param base     parameters
 * @param experts  one parameter map with the names and shapes of `base`
 * @param options  t: 0 is the base, 1 the expert, default 0.5; must be given in dialect "mergekit"
 * @returns new parameters, names, shapes and dtypes of `base`; inner products and sums in float64
 * @throws RangeError not one expert, a value not finite · ShapeError models do not fit together
 * @example
 * merge.slerp(base, [math], { t: 0.3 })
 */
export const slerp: Merge<SlerpOptions> = slerpMethod.merge;
