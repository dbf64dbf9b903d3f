/** Keeps a fixed number of entries of a tensor: the largest, or those between two ranks. */
import { inArena, scoped, words } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import { type Cut, selectMagnitudes } from "./select.js";
import { type Drop, dropBelow } from "./sparsify.js";
import type { Walk } from "../walk.js";

/** Entries kept, counted from the smallest magnitude: those of rank first + 1 … last. */
export interface Ranks {
  first: number;
  last: number;
}

/** Zero what is not strictly between two magnitudes, except `quota` entries that equal one: the first ones. */
export function dropOutside(
  values: Float32Array,
  low: number,
  high: number,
  quota: { low: number; high: number },
): void {
  if (inArena(values)) {
    scoped(() => {
      // More than there are entries is as good as their number, and fits the kernel's integers.
      const left = words(2);
      const most = [quota.low, quota.high].map((count) =>
        Math.max(0, Math.min(count, values.length)),
      );
      left.set(most);
      kernels.dropOutside(
        values.byteOffset,
        values.length,
        low,
        high,
        left.byteOffset,
      );
      quota.low -= most[0]! - left[0]!;
      quota.high -= most[1]! - left[1]!;
    });
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const magnitude = Math.abs(value);
    if (magnitude === low) {
      if (quota.low-- <= 0) values[i] = 0;
    } else if (magnitude === high) {
      if (quota.high-- <= 0) values[i] = 0;
    } else values[i] = value * +(magnitude > low) * +(magnitude < high);
  }
}

function keepOf({ first, last }: Ranks, length: number, cuts: Cut[]) {
  return (): ((values: Float32Array) => void) => {
    if (last <= first) return (values) => values.fill(0);
    if (first === 0 && last === length) return () => {};
    const low = first === 0 ? undefined : cuts[0]!;
    const high = last === length ? undefined : cuts[cuts.length - 1]!;
    const kept = low === undefined ? 0 : low.below + low.equal - first;
    // Where all entries that equal the threshold stay, no count is needed.
    if (low !== undefined && high === undefined && kept === low.equal)
      return (values) => dropBelow(values, low.magnitude);
    const quota = {
      low: low?.magnitude === high?.magnitude ? last - first : kept,
      high: high === undefined ? 0 : last - high.below,
    };
    // A quota that never runs out needs no counting.
    if (quota.low === low?.equal) quota.low = Infinity;
    if (quota.high === high?.equal) quota.high = Infinity;
    return (values) =>
      dropOutside(
        values,
        low?.magnitude ?? -1,
        high?.magnitude ?? Infinity,
        quota,
      );
  };
}

/**
 * Keep the entries of given ranks of every task vector, exactly that many: among equal magnitudes the first ones of the tensor stay.
 *
 * @param ranks  per model
 * @example
 * const vectors = taskVectors(walk(input, { chunk: 65536 }));
 * const ranks = { first: 80, last: vectors.length }; // all but the 80 smallest
 * sparsified(vectors, keepRanks(vectors, [ranks, ranks]))
 */
export function keepRanks(vectors: Walk, ranks: readonly Ranks[]): () => Drop {
  const { length } = vectors;
  const cuts = selectMagnitudes(
    vectors,
    ranks.map(({ first, last }) =>
      last <= first
        ? []
        : [...(first > 0 ? [first + 1] : []), ...(last < length ? [last] : [])],
    ),
  );
  const keeps = ranks.map((range, m) => keepOf(range, length, cuts[m]!));
  return () => {
    const drops = keeps.map((begin) => begin());
    return (_start, models) => models.forEach((values, m) => drops[m]!(values));
  };
}
