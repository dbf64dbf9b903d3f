/** Reads stored numbers as float32, the common formats by kernels. */
import type { Dtype } from "../../checkpoint/index.js";
import { inArena } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Source } from "../tensor.js";

/** Where the stored bytes of a tensor come from. */
export interface Stored {
  dtype: Dtype;
  /** Number of entries. */
  length: number;
  /** Fill `out` with stored bytes from `startByte` on. */
  readBytes(startByte: number, out: Uint8Array): void;
  /** Fill `out` with entries from `start` on: the way for all formats. */
  read(start: number, out: Float32Array): void;
}

const WIDEN = { BF16: "widenBf16", F16: "widenF16" } as const;

/** A tensor as a source. */
export function storedSource({
  dtype,
  length,
  readBytes,
  read,
}: Stored): Source {
  if (dtype !== "BF16" && dtype !== "F16") return { length, read };
  const widen = WIDEN[dtype];
  return {
    length,
    read(start, out) {
      if (!inArena(out)) return read(start, out);
      const { buffer, byteOffset, length: count } = out;
      // Stored entries are half as wide: they are read into the upper half of their place, and widened from front to back.
      const halves = new Uint8Array(buffer, byteOffset + 2 * count, 2 * count);
      readBytes(2 * start, halves);
      kernels[widen](halves.byteOffset, byteOffset, count);
    },
  };
}
