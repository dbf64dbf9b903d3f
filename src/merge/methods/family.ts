/**
 * The methods that sum task vectors, as one table: what each drops, which entries it sums, whether it divides and rescales.
 *
 *   merged = base + λ · Σ_m f_m w_m sparse(τ_m) [agrees] / Σ_m w_m [agrees]
 *
 * Source: the generalised task arithmetic of mergekit, which has the same four columns; the paper's rows are other choices in them.
 */
import { type MethodSpec, mergeMethod } from "../method.js";
import { dared } from "../parts/dare.js";
import { mergeTaskVectors } from "../parts/mergeTaskVectors.js";
import { normFactors } from "../parts/normFactors.js";
import { largestOfModel, signOfModel } from "../parts/sparsify/globalTrim.js";
import { largest, largestWithoutOutliers } from "../parts/sparsify/largest.js";
import { magprune, magpruneOfMergekit } from "../parts/sparsify/magprune.js";
import { randomEntries } from "../parts/sparsify/randomDrop.js";
import {
  type Open,
  type Sparsify,
  sparsified,
} from "../parts/sparsify/sparsify.js";
import { inBlocks, taskVectors, walk } from "../parts/walk.js";
import type { Dialect, Emit, MergeContext, MergeMethod } from "../tensor.js";

/** Sums what has the sign of the weighted sum; gives the sign that counts where that sum is zero. */
export type Consensus = (context: MergeContext) => number;

/** How one method merges a tensor, in one dialect. */
export interface Chain {
  /** DARE first: entries of the experts dropped at random, the others scaled up. */
  dare?: true;
  /** Entries of the task vectors that stay; absent: all. */
  sparsify?: Sparsify;
  /** Signs that count; absent: all. */
  consensus?: Consensus;
  /** Divide by the weights that took part; in dialect "mergekit" a default. */
  normalize: boolean;
  /** Scale what stays to the sum of magnitudes before; in dialect "mergekit" a default. */
  rescale: boolean;
}

/** The chain of each dialect; the authors' code differs from the paper in defaults alone. */
export interface Chains {
  paper: Chain;
  mergekit: Chain;
}

/** Where votes cancel, plus. */
const plus: Consensus = () => 1;

/** Methods of the family. */
export type FamilyName =
  | "taskArithmetic"
  | "ties"
  | "dareTaskArithmetic"
  | "dareTies"
  | "breadcrumbs"
  | "breadcrumbsTies"
  | "della"
  | "dellaLinear";

/** The family. */
// A table is read in columns:
// prettier-ignore
export const family: Readonly<Record<FamilyName, Chains>> = {
  taskArithmetic: {
    paper:    {                                                                       normalize: false, rescale: false },
    mergekit: {                                                                       normalize: false, rescale: false },
  },
  ties: {
    paper:    {             sparsify: largestOfModel,         consensus: signOfModel, normalize: true,  rescale: false },
    mergekit: {             sparsify: largest,                consensus: plus,        normalize: true,  rescale: false },
  },
  dareTaskArithmetic: {
    paper:    { dare: true,                                                           normalize: false, rescale: false },
    mergekit: {             sparsify: randomEntries,                                  normalize: false, rescale: true },
  },
  dareTies: {
    paper:    { dare: true, sparsify: largestOfModel,         consensus: signOfModel, normalize: true,  rescale: false },
    mergekit: {             sparsify: randomEntries,          consensus: plus,        normalize: false, rescale: true },
  },
  breadcrumbs: {
    paper:    {             sparsify: largestWithoutOutliers,                         normalize: false, rescale: false },
    mergekit: {             sparsify: largestWithoutOutliers,                         normalize: false, rescale: false },
  },
  breadcrumbsTies: {
    paper:    {             sparsify: largestWithoutOutliers, consensus: plus,        normalize: false, rescale: false },
    mergekit: {             sparsify: largestWithoutOutliers, consensus: plus,        normalize: false, rescale: false },
  },
  della: {
    paper:    {             sparsify: magprune,               consensus: plus,        normalize: true,  rescale: false },
    mergekit: {             sparsify: magpruneOfMergekit,     consensus: plus,        normalize: true,  rescale: true },
  },
  dellaLinear: {
    paper:    {             sparsify: magprune,                                       normalize: false, rescale: false },
    mergekit: {             sparsify: magpruneOfMergekit,                             normalize: false, rescale: true },
  },
};

/** The task vectors of a tensor, as a chain sparsifies them. */
function opened({ dare, sparsify }: Chain): Open {
  return (input, options, context) => {
    const models = walk(input, context, sparsify?.unit?.(input.shape));
    return taskVectors(dare ? dared(models, input, options, context) : models);
  };
}

/** Drop entries, rescale, weigh, elect signs, sum, divide, scale: one tensor along its chain. */
function mergeChain(chain: Chain): MethodSpec["tensor"] {
  const { sparsify, consensus } = chain;
  return (input, options, context, emit: Emit) => {
    const vectors = opened(chain)(input, options, context);
    const drop = sparsify?.begin(vectors, input, options, context);
    const inMergekit = context.dialect === "mergekit";
    const rescale = inMergekit ? options.rescale === true : chain.rescale;
    mergeTaskVectors(
      inBlocks(drop ? sparsified(vectors, drop) : vectors),
      emit,
      {
        weights:
          (options.weights as readonly number[] | undefined) ??
          input.experts.map(() => 1),
        factors: drop && rescale ? normFactors(vectors, drop) : undefined,
        onZero: consensus?.(context),
        normalize: inMergekit ? options.normalize === true : chain.normalize,
        lambda: options.lambda as number,
      },
    );
  };
}

/** The row of a method of the family: what its file says of it, along its chains. */
export function familyMethod(
  spec: Omit<MethodSpec, "tensor" | "survey" | "memory"> & { name: FamilyName },
): MergeMethod {
  const chains = family[spec.name];
  const of = (dialect: Dialect): Chain =>
    dialect === "mergekit" ? chains.mergekit : chains.paper;
  return mergeMethod({
    ...spec,
    memory: (tensor, models, dialect) =>
      of(dialect).sparsify?.memory?.(tensor, models) ?? 0,
    survey(dialect) {
      const chain = of(dialect);
      return chain.sparsify?.survey?.(opened(chain));
    },
    tensor: (input, options, context, emit) =>
      mergeChain(of(context.dialect))(input, options, context, emit),
  });
}
