/** Remembers which entries a drop keeps, so that what is dear to decide is decided once. */
import { inArena, scoped, words } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import { dropMasked, MASK } from "./bernoulli.js";
import type { Drop } from "./sparsify.js";

/** Most bytes that are remembered of a tensor; larger ones are decided anew on every walk. */
const MOST = 2 ** 27;

/** Bytes of one bit per entry and model, or 0 where that is too much. */
export function rememberedBytes(length: number, models: number): number {
  const bytes = 4 * models * Math.ceil(length / MASK);
  return bytes > MOST ? 0 : bytes;
}

/** Bits of the entries of a block that are not zero, set in `masks` from entry `start` on. */
function remember(
  masks: Uint32Array,
  values: Float32Array,
  start: number,
): void {
  if (inArena(values) && start % MASK === 0 && values.length % MASK === 0) {
    scoped(() => {
      const near = words(values.length / MASK);
      kernels.maskNonZero(values.byteOffset, values.length, near.byteOffset);
      masks.set(near, start / MASK);
    });
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const at = start + i;
    masks[at >>> 5]! |= +(values[i]! !== 0) << (at & 31);
  }
}

/** Zero the entries of a block whose bits, from entry `start` on, are not set. */
function recall(values: Float32Array, masks: Uint32Array, start: number): void {
  if (start % MASK === 0) {
    dropMasked(values, masks.subarray(start / MASK));
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const at = start + i;
    values[i] = values[i]! * ((masks[at >>> 5]! >>> (at & 31)) & 1);
  }
}

/**
 * The same drops, for one that only zeroes entries and drops the same on every walk: decided on the first walk, recalled on the
 * others.
 */
export function remembered(
  begin: () => Drop,
  length: number,
  models: number,
): () => Drop {
  if (rememberedBytes(length, models) === 0) return begin;
  const masks = Array.from(
    { length: models },
    () => new Uint32Array(Math.ceil(length / MASK)),
  );
  let walks = 0;
  return () => {
    const drop = begin();
    if (walks++ > 0)
      return (start, vectors) =>
        vectors.forEach((values, m) => recall(values, masks[m]!, start));
    return (start, vectors) => {
      drop(start, vectors);
      vectors.forEach((values, m) => remember(masks[m]!, values, start));
    };
  };
}
