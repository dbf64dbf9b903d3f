/** Zeroes entries of task vectors on the way: the first part of TIES, Breadcrumbs, DARE and DELLA. */
import { inArena } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type {
  MergeContext,
  SurveyPlan,
  TensorInput,
  TensorOptions,
} from "../../tensor.js";
import type { Walk } from "../walk.js";

/** Zeroes entries of one block of every task vector, in place; sees the blocks front to back. */
export type Drop = (start: number, vectors: readonly Float32Array[]) => void;

/** Task vectors of a tensor, as a method opens them. */
export type Open = (
  input: TensorInput,
  options: TensorOptions,
  context: MergeContext,
) => Walk;

/** A way to make task vectors sparse: what a method of the family does with them first. */
export interface Sparsify {
  /**
   * Gives a fresh drop for every walk, each of which drops the same.
   *
   * @param vectors  task vectors of the tensor
   */
  begin(
    vectors: Walk,
    input: TensorInput,
    options: TensorOptions,
    context: MergeContext,
  ): () => Drop;
  /** Entries that must be in one block, from the shape of the tensor; default 1. */
  unit?(shape: readonly number[]): number;
  /** What must be known of the whole model first, if anything. */
  survey?(open: Open): SurveyPlan;
  /** Bytes held for a tensor; default 0. */
  memory?(tensor: Pick<TensorInput, "shape">, models: number): number;
}

/** Task vectors after a drop; `begin` gives a fresh drop for every walk. */
export function sparsified(vectors: Walk, begin: () => Drop): Walk {
  return {
    ...vectors,
    each(visit, pieces) {
      const drop = begin();
      vectors.each((start, base, models) => {
        drop(start, models);
        visit(start, base, models);
      }, pieces);
    },
  };
}

/** Zero what is smaller than a magnitude. */
export function dropBelow(values: Float32Array, magnitude: number): void {
  if (inArena(values))
    kernels.dropBelow(values.byteOffset, values.length, magnitude);
  else
    for (let i = 0; i < values.length; i++)
      if (Math.abs(values[i]!) < magnitude) values[i] = 0;
}
