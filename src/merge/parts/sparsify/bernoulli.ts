/** Independent coin throws, 32 at a time. */
import { fillWords, type Key } from "../../../random.js";
import { inArena, scoped, words } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";

/** Entries of one mask. */
export const MASK = 32;
/** Threefry blocks set aside for a mask: 64 words, more than a float64 has digits. */
const BLOCKS = 32;
/** Words drawn at a time: eight times in nine the first lot decides all 32 throws. */
const LOT = 8;

/**
 * Whether entries are kept, each with the same probability: bit j of `masks[g]` is for entry 32 · (first + g) + j.
 *
 * Thirty-two uniform numbers are compared with the probability digit by binary digit, most significant first: a word of random bits
 * is one digit of all of them, and a number whose digit differs is decided. That takes about 7 words instead of 32 numbers, and is
 * exact to the last digit.
 *
 * @param density  probability of 1, (0, 1]
 * @param first    index of the first mask
 * @example
 * fillMasks(key(1, "drop"), 0.2, 0, new Uint32Array(4)) // throws of 128 entries
 */
export function fillMasks(
  k: Key,
  density: number,
  first: number,
  masks: Uint32Array,
): void {
  if (density === 1) {
    masks.fill(0xffffffff);
    return;
  }
  if (inArena(masks)) {
    kernels.fillMasks(
      k.k0,
      k.k1,
      density,
      first,
      masks.byteOffset,
      masks.length,
    );
    return;
  }
  const lot = new Uint32Array(LOT);
  for (let g = 0; g < masks.length; g++) {
    let open = -1;
    let kept = 0;
    let digits = density;
    for (
      let block = (first + g) * BLOCKS;
      open !== 0 && digits > 0;
      block += LOT / 2
    ) {
      fillWords(k, block, lot);
      for (let j = 0; j < LOT; j++) {
        const word = lot[j]!;
        digits *= 2;
        if (digits >= 1) {
          digits -= 1;
          kept |= open & ~word;
          open &= word;
        } else open &= ~word;
      }
    }
    masks[g] = kept;
  }
}

/** Zero the entries of a block that its masks do not keep. */
export function dropMasked(values: Float32Array, masks: Uint32Array): void {
  if (inArena(values)) {
    scoped(() => {
      const near = words(Math.ceil(values.length / MASK));
      near.set(masks.subarray(0, near.length));
      kernels.dropMasked(values.byteOffset, values.length, near.byteOffset);
    });
    return;
  }
  for (let i = 0; i < values.length; i++)
    values[i] = values[i]! * ((masks[i >>> 5]! >>> (i & 31)) & 1);
}
