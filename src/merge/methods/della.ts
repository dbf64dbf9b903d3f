/** Merge by DELLA: drop small changes with a higher probability than large ones, elect signs, average. */
import type { Params } from "../../checkpoint/index.js";
import {
  densityOption,
  generalOptions,
  mergeGeneral,
} from "../parts/general.js";
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { NOT_NEGATIVE } from "../options.js";
import { mergeTaskVectors } from "../parts/mergeTaskVectors.js";
import { type Chances, pruneByRank } from "../parts/sparsify/pruneByRank.js";
import { remembered, rememberedBytes } from "../parts/sparsify/remember.js";
import { rowLength } from "../parts/rowLength.js";
import { sparsified } from "../parts/sparsify/sparsify.js";
import { inBlocks, taskVectors, walk } from "../parts/walk.js";
import type {
  Dialect,
  Emit,
  MergeContext,
  MergeMethod,
  OptionSpec,
  TensorInput,
  TensorOptions,
} from "../tensor.js";

/** Options of `della`. */
export type DellaOptions = Pick<
  MergeOptions,
  | "density"
  | "epsilon"
  | "lambda"
  | "weights"
  | "normalize"
  | "rescale"
  | "seed"
  | "dialect"
>;

/** Probabilities of a row; null keeps all. The paper spreads over `epsilon`, mergekit over twice that. */
function chancesOf(
  density: number,
  epsilon: number,
  row: number,
  dialect: Dialect,
): Chances | null {
  if (density === 1) return null;
  const reach = dialect === "mergekit" ? epsilon : epsilon / 2;
  if (!(density - reach > 0 && density + reach < 1))
    throw new RangeError(
      `della: density ± ${reach === epsilon ? "epsilon" : "epsilon / 2"} must be in (0, 1), got ${density} ± ${reach}`,
    );
  if (dialect !== "mergekit")
    return {
      lowest: density + reach - (epsilon / row) * (row - 1),
      slope: epsilon / row,
    };
  // A row of one entry has no order; mergekit stops there.
  return row === 1
    ? { lowest: density, slope: 0 }
    : { lowest: density - reach, slope: (2 * reach) / (row - 1) };
}

/** Merge a tensor, with or without an election of signs. */
export function mergeDella(
  input: TensorInput,
  options: TensorOptions,
  context: MergeContext,
  consensus: boolean,
  emit: Emit,
): void {
  const { dialect } = context;
  const row = rowLength(input.shape);
  const epsilons = options.epsilon as readonly number[];
  const chances = (options.density as readonly number[]).map((density, m) =>
    chancesOf(density, epsilons[m]!, row, dialect),
  );
  const perEntry = dialect !== "mergekit" && options.rescale === true;
  const vectors = taskVectors(walk(input, context, row));
  const prune = pruneByRank(input, row, chances, perEntry, context);
  if (dialect === "mergekit") {
    const once = remembered(prune, input.length, input.experts.length);
    mergeGeneral(vectors, once, consensus, options, emit);
    return;
  }
  mergeTaskVectors(inBlocks(sparsified(vectors, prune)), emit, {
    weights: options.weights as readonly number[],
    onZero: consensus ? 1 : undefined,
    normalize: consensus,
    lambda: options.lambda as number,
  });
}

/** The options of `della` or, without an election, of `dellaLinear`. */
export function dellaOptions(consensus: boolean): Record<string, OptionSpec> {
  const { lambda, weights, normalize, rescale } = generalOptions({
    normalize: consensus,
    rescale: true,
  });
  return {
    density: densityOption(
      0.2,
      "mean probability that an entry of a task vector is kept",
    ),
    epsilon: {
      type: "number",
      default: 0.15,
      perModel: true,
      range: NOT_NEGATIVE,
      doc: "how far the probabilities of a row spread: over epsilon in the paper, over twice that in mergekit",
    },
    lambda,
    weights,
    normalize,
    rescale: {
      ...rescale,
      dialects: undefined,
      doc: "divide what is kept by the probability that it was kept; in mergekit, scale to the sum of magnitudes before",
    },
  };
}

/** Bytes that DELLA holds: long rows, and in mergekit's dialect what it keeps. */
export function dellaMemory(
  tensor: Pick<TensorInput, "shape">,
  models: number,
  dialect: Dialect,
): number {
  const length = tensor.shape.reduce((a, b) => a * b, 1);
  const kept = dialect === "mergekit" ? rememberedBytes(length, models) : 0;
  return rowMemory(tensor, models) + kept;
}

/** Bytes of the rows that must be whole, where they are longer than what is read at a time. */
export function rowMemory(
  { shape }: Pick<TensorInput, "shape">,
  models: number,
): number {
  const row = rowLength(shape);
  return row > 2 ** 16 ? 4 * row * (models + 6) : 0;
}

/** The row of `della`. */
export const dellaMethod: MergeMethod = mergeMethod({
  name: "della",
  mergekitName: "della",
  title: "DELLA",
  paper: "https://arxiv.org/abs/2406.11617",
  random: true,
  options: dellaOptions(true),
  memory: dellaMemory,
  tensor: (input, options, context, emit) =>
    mergeDella(input, options, context, true, emit),
});

/**
 * Merge experts by DELLA: within each row, rank changes by magnitude and drop them at random, the small ones with a higher
 * probability (MAGPRUNE); divide what stays by the probability that it stayed; elect signs as in TIES and average what agrees.
 *
 *   keep_i = 1 − (p_min + ε/n · r_i),  p_min = 1 − density − ε/2,  r_i = 0 for the largest of the n entries of a row
 *
 * A zero sum counts as positive. Of equal magnitudes the first ranks lower. A tensor of one axis is one row; rows go along the last
 * axis.
 *
 * Source: Deep et al. 2024 (arXiv 2406.11617), Eq. 1–4.
 * Deviates: dialect "mergekit" spreads keep probabilities from density − ε to density + ε, and rescales whole task vectors to the
 * sum of magnitudes that they had; it ranks along the second axis, which differs for tensors of three axes and more, and stops at rows
 * of one entry, which here are kept with the density.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: mean probability kept, default 0.2, 1 keeps all · epsilon: default 0.15 · lambda: default 1 · weights:
 *   default 1 · rescale: default true · seed: default 0 · dialect "mergekit": weights must be given; density: default 1; normalize:
 *   default true
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.della(base, [math, code], { density: 0.5, epsilon: 0.2, seed: 1 })
 */
export function della(
  base: Params,
  experts: readonly Params[],
  options: DellaOptions = {},
): Params {
  return dellaMethod.merge(base, experts, options);
}
