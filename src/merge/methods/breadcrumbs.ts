/** Merge by Model Breadcrumbs: task arithmetic without the smallest and the very largest changes. */
import type { Params } from "../../checkpoint/index.js";
import {
  densityOption,
  generalOptions,
  mergeGeneral,
} from "../parts/general.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { keepRanks, type Ranks } from "../parts/sparsify/keepLargest.js";
import type { Drop } from "../parts/sparsify/sparsify.js";
import { taskVectors, walk, type Walk } from "../parts/walk.js";
import type { MergeMethod, OptionSpec, TensorOptions } from "../tensor.js";

/** Options of `breadcrumbs`. */
export type BreadcrumbsOptions = Pick<
  MergeOptions,
  | "density"
  | "gamma"
  | "lambda"
  | "weights"
  | "normalize"
  | "rescale"
  | "dialect"
>;

/** The entries kept of n: `density` of them, after `gamma` of the largest are left out as far as that leaves enough. */
function crumbs(length: number, density: number, gamma: number): Ranks {
  if (density === 1) return { first: 0, last: length };
  const kept = Math.trunc(density * length);
  const top = Math.trunc(gamma * length);
  const first = Math.max(0, length - kept - top);
  return { first, last: first + kept };
}

/** The crumbs of every task vector of a tensor. */
export function crumbsOf(vectors: Walk, options: TensorOptions): () => Drop {
  const gammas = options.gamma as readonly number[];
  return keepRanks(
    vectors,
    (options.density as readonly number[]).map((density, m) =>
      crumbs(vectors.length, density, gammas[m]!),
    ),
  );
}

const { lambda, weights, normalize, rescale } = generalOptions({
  normalize: false,
  rescale: false,
});

/** Options that both forms of Breadcrumbs have. */
export const BREADCRUMBS_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  density: densityOption(0.9, "fraction of entries kept of each task vector"),
  gamma: {
    type: "number",
    default: 0.01,
    perModel: true,
    range: { text: "in [0, 1)", holds: (value) => value >= 0 && value < 1 },
    doc: "fraction of the largest entries that are dropped",
  },
  lambda,
  weights,
  normalize,
  rescale,
};

/** The row of `breadcrumbs`. */
export const breadcrumbsMethod: MergeMethod = mergeMethod({
  name: "breadcrumbs",
  mergekitName: "breadcrumbs",
  title: "Breadcrumbs",
  paper: "https://arxiv.org/abs/2312.06795",
  options: BREADCRUMBS_OPTIONS,
  tensor(input, options, context, emit) {
    const vectors = taskVectors(walk(input, context));
    mergeGeneral(vectors, crumbsOf(vectors, options), false, options, emit);
  },
});

/**
 * Merge experts by Model Breadcrumbs: of each tensor of each task vector, drop the `gamma` of largest magnitude (outliers) and the
 * smallest (noise), so that `density` stays, and add up the rest.
 *
 *   merged = base + λ · Σ_m w_m · crumbs(τ_m)
 *
 * Source: Davari & Belilovsky 2023 (arXiv 2312.06795); the paper's β is 1 − density − gamma.
 * Deviates: from mergekit before 0.1.5, which dropped everything where trunc(gamma · n) is 0, as in tensors of under 100 entries.
 * Of equal magnitudes at a limit, the first entries of the tensor stay. Density 1 drops nothing, outliers included, as in mergekit.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: fraction kept, (0, 1], default 0.9 · gamma: fraction of outliers, [0, 1), default 0.01 · lambda: default 1 ·
 *   weights: default 1 · dialect "mergekit": weights must be given; density: default 1; normalize and rescale: default false
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.breadcrumbs(base, [math, code], { density: 0.5, gamma: 0.02 })
 */
export function breadcrumbs(
  base: Params,
  experts: readonly Params[],
  options: BreadcrumbsOptions = {},
): Params {
  return breadcrumbsMethod.merge(base, experts, options);
}
