/** Merge by Breadcrumbs with an election of signs. */
import type { Params } from "../../checkpoint/index.js";
import {
  BREADCRUMBS_OPTIONS,
  type BreadcrumbsOptions,
  crumbsOf,
} from "./breadcrumbs.js";
import { mergeGeneral } from "../parts/general.js";
import { mergeMethod } from "../method.js";
import { taskVectors, walk } from "../parts/walk.js";
import type { MergeMethod } from "../tensor.js";

/** The row of `breadcrumbsTies`. */
export const breadcrumbsTiesMethod: MergeMethod = mergeMethod({
  name: "breadcrumbsTies",
  mergekitName: "breadcrumbs_ties",
  title: "Breadcrumbs+Ties",
  paper: "https://arxiv.org/abs/2312.06795",
  options: BREADCRUMBS_OPTIONS,
  tensor(input, options, context, emit) {
    const vectors = taskVectors(walk(input, context));
    mergeGeneral(vectors, crumbsOf(vectors, options), true, options, emit);
  },
});

/**
 * `breadcrumbs`, of which only those are added up that have the sign of the weighted sum; a zero sum counts as positive.
 *
 * Source: mergekit, which combines Davari & Belilovsky 2023 (arXiv 2312.06795) with the election of Yadav et al. 2023.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  as for `breadcrumbs`
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.breadcrumbsTies(base, [math, code], { density: 0.5, gamma: 0.02 })
 */
export function breadcrumbsTies(
  base: Params,
  experts: readonly Params[],
  options: BreadcrumbsOptions = {},
): Params {
  return breadcrumbsTiesMethod.merge(base, experts, options);
}
