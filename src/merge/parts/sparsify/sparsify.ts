/** Zeroes entries of task vectors on the way: the first part of TIES, Breadcrumbs, DARE and DELLA. */
import { inArena } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type { Walk } from "../walk.js";

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
  if (inArena(values))
    kernels.dropBelow(values.byteOffset, values.length, magnitude);
  else
    for (let i = 0; i < values.length; i++)
      if (Math.abs(values[i]!) < magnitude) values[i] = 0;
}
