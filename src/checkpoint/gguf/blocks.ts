/** Types of tensors in GGUF files: how many values a block holds in how many bytes, and what they are as float32. */
import { BF16, F16, widenF16 } from "../format/halfFloat.js";

/** One type of tensor. */
export interface BlockType {
  name: string;
  /** Values of a block. */
  values: number;
  /** Bytes of a block. */
  bytes: number;
  /**
   * The values of whole blocks.
   *
   * @param source  bytes of the blocks, at any alignment
   * @param out     as many values as the blocks hold
   */
  decode(source: Uint8Array, out: Float32Array): void;
}

const HALF = new Int32Array(1);
const FLOAT = new Float32Array(HALF.buffer);

/** The float16 at a place. */
function half(source: Uint8Array, at: number): number {
  HALF[0] = widenF16(source[at]! | (source[at + 1]! << 8));
  return FLOAT[0]!;
}

/** The same bytes at an alignment of their own. */
function aligned(source: Uint8Array): ArrayBuffer {
  return source.slice().buffer as ArrayBuffer;
}

const f32: BlockType["decode"] = (source, out) =>
  out.set(new Float32Array(aligned(source)));

/** Blocks of 32 values of 4 bits: the low halves of 16 bytes, then the high ones. */
function nibbles(
  size: number,
  valueOf: (source: Uint8Array, block: number) => (q: number) => number,
): BlockType["decode"] {
  return (source, out) => {
    for (let block = 0, to = 0; to < out.length; block += size, to += 32) {
      const value = valueOf(source, block);
      for (let i = 0; i < 16; i++) {
        const byte = source[block + size - 16 + i]!;
        out[to + i] = value(byte & 15);
        out[to + 16 + i] = value(byte >>> 4);
      }
    }
  };
}

/** d · (q − 8) */
const q40 = nibbles(18, (source, block) => {
  const d = half(source, block);
  return (q) => d * (q - 8);
});

/** d · q + m; the product is rounded to float32 first, as the reference does it. */
const q41 = nibbles(20, (source, block) => {
  const d = half(source, block);
  const m = half(source, block + 2);
  return (q) => Math.fround(d * q) + m;
});

/** d · q, q a signed byte. */
const q80: BlockType["decode"] = (source, out) => {
  for (let block = 0, to = 0; to < out.length; block += 34, to += 32) {
    const d = half(source, block);
    for (let i = 0; i < 32; i++)
      out[to + i] = d * ((source[block + 2 + i]! << 24) >> 24);
  }
};

/**
 * The types that are read, by their number in the file. Others (K-quants, codebooks) are refused by number.
 *
 * Source: ggml's `block_q4_0`, `block_q4_1`, `block_q8_0` and the `gguf` package of Python, which the tests compare with.
 */
export const BLOCK_TYPES: Readonly<Record<number, BlockType>> = {
  0: { name: "F32", values: 1, bytes: 4, decode: f32 },
  1: {
    ...{ name: "F16", values: 1, bytes: 2 },
    decode: (source, out) => F16.decode(new Uint16Array(aligned(source)), out),
  },
  2: { name: "Q4_0", values: 32, bytes: 18, decode: q40 },
  3: { name: "Q4_1", values: 32, bytes: 20, decode: q41 },
  8: { name: "Q8_0", values: 32, bytes: 34, decode: q80 },
  30: {
    ...{ name: "BF16", values: 1, bytes: 2 },
    decode: (source, out) => BF16.decode(new Uint16Array(aligned(source)), out),
  },
};
