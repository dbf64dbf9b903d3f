/** Zeroes entries of task vectors on the way: the first part of TIES, Breadcrumbs, DARE and DELLA. */
import type { Walk } from "./walk.js";

/** Zeroes entries of one block of every task vector, in place; sees the blocks front to back. */
export type Drop = (start: number, vectors: readonly Float32Array[]) => void;

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
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // A product, not a branch: which entries stay cannot be guessed by the processor.
    values[i] = value * +(Math.abs(value) >= magnitude);
  }
}
