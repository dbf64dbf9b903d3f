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
  let i = 0;
  // Products, not branches: which entries stay cannot be guessed by the processor. Four at a time for two thirds of the cost.
  for (; i + 3 < values.length; i += 4) {
    const [a, b] = [values[i]!, values[i + 1]!];
    const [c, d] = [values[i + 2]!, values[i + 3]!];
    values[i] = a * +(Math.abs(a) >= magnitude);
    values[i + 1] = b * +(Math.abs(b) >= magnitude);
    values[i + 2] = c * +(Math.abs(c) >= magnitude);
    values[i + 3] = d * +(Math.abs(d) >= magnitude);
  }
  for (; i < values.length; i++)
    values[i] = values[i]! * +(Math.abs(values[i]!) >= magnitude);
}
