/** Merge by Model Breadcrumbs: task arithmetic without the smallest and the very largest changes; with or without an election of signs. */
import type { MergeOptions } from "../mergeOptions.js";
import { densityOption, generalOptions } from "../optionSpecs.js";
import type { Merge, MergeMethod, OptionSpec } from "../tensor.js";
import { family, familyMethod } from "./family.js";

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

const { lambda, weights, normalize, rescale } = generalOptions(
  family.breadcrumbs.mergekit,
);

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
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
export const breadcrumbsMethod: MergeMethod = familyMethod({
  name: "breadcrumbs",
  mergekitName: "breadcrumbs",
  title: "Breadcrumbs",
  paper: "https://arxiv.org/abs/2312.06795",
  options: OPTIONS,
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
export const breadcrumbs: Merge<BreadcrumbsOptions> = breadcrumbsMethod.merge;

/** The row of `breadcrumbsTies`. */
export const breadcrumbsTiesMethod: MergeMethod = familyMethod({
  name: "breadcrumbsTies",
  mergekitName: "breadcrumbs_ties",
  title: "Breadcrumbs+TIES",
  paper: "https://arxiv.org/abs/2312.06795",
  options: OPTIONS,
});

/**
 * `breadcrumbs`, of which only those are added up that have the sign of the weighted sum; a zero sum counts as positive. Parameters,
 * options, result and errors as there.
 *
 * Source: mergekit, which combines Davari & Belilovsky 2023 (arXiv 2312.06795) with the election of Yadav et al. 2023.
 *
 * @example
 * merge.breadcrumbsTies(base, [math, code], { density: 0.5, gamma: 0.02 })
 */
export const breadcrumbsTies: Merge<BreadcrumbsOptions> =
  breadcrumbsTiesMethod.merge;
