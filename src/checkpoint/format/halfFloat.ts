/** Floats of 16 bits, bfloat16 and float16: bits of one number, and fast loops over many. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Bits of a float32 → bits of the nearest float32 whose lower half is zero, ties to even; NaN becomes the quiet NaN of its sign. */
function roundToUpperHalf(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits & 0x80000000) | 0x7fc00000;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
}

/** Bits of a float32 → bits of the nearest bfloat16, ties to even; NaN becomes the quiet NaN of its sign. */
export function narrowBf16(bits: number): number {
  return roundToUpperHalf(bits) >>> 16;
}

/** Bits of a float32 → bits of the nearest float16, ties to even; NaN becomes the quiet NaN of its sign. */
export function narrowF16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, halfway between the largest float16 and the next step, values round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: a count of 2⁻²⁴. Adding 2²³ in float32 rounds to a whole count, ties to even.
    BITS[0] = magnitude;
    return sign | (Math.fround(FLOAT[0]! * 2 ** 24 + 2 ** 23) - 2 ** 23);
  }
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/** Bits of a float16 → bits of the same float32. */
export function widenF16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  FLOAT[0] = fraction * 2 ** -24;
  return sign | BITS[0]!;
}

/** The bits of float32 values, in place. */
export function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** Loops of one 16-bit format over whole arrays. */
interface HalfFloat {
  decode(source: Uint16Array, out: Float32Array): void;
  encode(values: Float32Array, out: Uint16Array): void;
}

/**
 * bfloat16: the upper half of a float32. Two entries are read or written as one word of 32 bits, which is nearly twice as fast as
 * one at a time; the slow clear version is `narrowBf16`, and `half << 16`.
 */
export const BF16: HalfFloat = {
  decode(source, out) {
    const bits = bitsOf(out);
    const { length } = source;
    let i = 0;
    if (source.byteOffset % 4 === 0) {
      const words = length >>> 1;
      const pairs = new Int32Array(source.buffer, source.byteOffset, words);
      // Twice in a turn: the loop itself costs as much as the work.
      let w = 0;
      for (; w < words - 1; w += 2, i += 4) {
        const first = pairs[w]!;
        const second = pairs[w + 1]!;
        bits[i] = first << 16;
        bits[i + 1] = first & 0xffff0000;
        bits[i + 2] = second << 16;
        bits[i + 3] = second & 0xffff0000;
      }
    }
    for (; i < length; i++) bits[i] = source[i]! << 16;
  },
  encode(values, out) {
    const bits = bitsOf(values);
    const { length } = out;
    let i = 0;
    if (out.byteOffset % 4 === 0) {
      const words = length >>> 1;
      const pairs = new Int32Array(out.buffer, out.byteOffset, words);
      for (let w = 0; w < words; w++, i += 2)
        pairs[w] = narrowBf16(bits[i]!) | roundToUpperHalf(bits[i + 1]!);
    }
    for (; i < length; i++) out[i] = narrowBf16(bits[i]!);
  },
};

/** float16. */
export const F16: HalfFloat = {
  decode(source, out) {
    const bits = bitsOf(out);
    for (let i = 0; i < source.length; i++) bits[i] = widenF16(source[i]!);
  },
  encode(values, out) {
    const bits = bitsOf(values);
    for (let i = 0; i < out.length; i++) out[i] = narrowF16(bits[i]!);
  },
};
