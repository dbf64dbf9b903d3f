/** Merge by DELLA without an election of signs. */
import type { Params } from "../../checkpoint/index.js";
import {
  type DellaOptions,
  dellaOptions,
  mergeDella,
  dellaMemory,
} from "./della.js";
import { mergeMethod } from "../method.js";
import type { MergeMethod } from "../tensor.js";

/** The row of `dellaLinear`. */
export const dellaLinearMethod: MergeMethod = mergeMethod({
  name: "dellaLinear",
  mergekitName: "della_linear",
  title: "DELLA (linear)",
  paper: "https://arxiv.org/abs/2406.11617",
  random: true,
  options: dellaOptions(false),
  memory: dellaMemory,
  tensor: (input, options, context, emit) =>
    mergeDella(input, options, context, false, emit),
});

/**
 * `della` without its election: what MAGPRUNE left of the task vectors is added up.
 *
 *   merged = base + λ · Σ_m w_m · prune(τ_m)
 *
 * Source: mergekit, after Deep et al. 2024 (arXiv 2406.11617).
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  as for `della`; normalize (dialect "mergekit"): default false
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.dellaLinear(base, [math, code], { density: 0.5, seed: 1 })
 */
export function dellaLinear(
  base: Params,
  experts: readonly Params[],
  options: DellaOptions = {},
): Params {
  return dellaLinearMethod.merge(base, experts, options);
}
