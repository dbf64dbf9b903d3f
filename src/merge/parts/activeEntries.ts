/** Which experts changed an entry, and what follows from that: the parts of RAM. */
import type { Emit } from "../tensor.js";
import { BLOCK, mergeBlocks, type Walk } from "./walk.js";

/** Entries that one expert alone changed, and entries that it changed together with others, per expert. */
export interface ActiveCounts {
  unique: number[];
  shared: number[];
}

function countActive(
  counts: Int32Array,
  models: readonly Float32Array[],
  epsilon: number,
): void {
  counts.fill(0);
  for (const values of models)
    for (let i = 0; i < counts.length; i++)
      counts[i] = counts[i]! + +(Math.abs(values[i]!) > epsilon);
}

/** Counts of unique and shared entries of a tensor. */
export function countShared(vectors: Walk, epsilon: number): ActiveCounts {
  const zeros = Array<number>(vectors.models).fill(0);
  const found = { unique: [...zeros], shared: [...zeros] };
  const scratch = new Int32Array(Math.min(BLOCK, vectors.length));
  vectors.each((_start, base, models) => {
    const counts = scratch.subarray(0, base.length);
    countActive(counts, models, epsilon);
    models.forEach((values, m) => {
      let [alone, together] = [0, 0];
      for (let i = 0; i < values.length; i++) {
        const active = +(Math.abs(values[i]!) > epsilon);
        alone += active & +(counts[i]! === 1);
        together += active & +(counts[i]! > 1);
      }
      found.unique[m]! += alone;
      found.shared[m]! += together;
    });
  });
  return found;
}

function addActive(
  sum: Float64Array,
  values: Float32Array,
  counts: Int32Array,
  epsilon: number,
  factor: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const count = counts[i]!;
    if (Math.abs(value) > epsilon)
      sum[i]! += count === 1 ? factor * value : value / count;
  }
}

/**
 * Add to the base the mean over those experts that changed an entry; what one alone changed is scaled by its factor.
 */
export function mergeActive(
  vectors: Walk,
  epsilon: number,
  factors: readonly number[],
  emit: Emit,
): void {
  const scratch = new Int32Array(Math.min(BLOCK, vectors.length));
  const sums = new Float64Array(Math.min(BLOCK, vectors.length));
  mergeBlocks(vectors, emit, (out, base, models) => {
    const counts = scratch.subarray(0, out.length);
    const sum = sums.subarray(0, out.length).fill(0);
    countActive(counts, models, epsilon);
    models.forEach((values, m) =>
      addActive(sum, values, counts, epsilon, factors[m]!),
    );
    for (let i = 0; i < out.length; i++) out[i] = base[i]! + sum[i]!;
  });
}
