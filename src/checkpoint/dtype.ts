/** Number formats of safetensors: names, order, widths, and conversion of stored bytes to float32 and back. */

/** Formats that can be read as float32 and written from it. */
export type Dtype =
  | "BOOL"
  | "U8"
  | "I8"
  | "I16"
  | "U16"
  | "F16"
  | "BF16"
  | "I32"
  | "U32"
  | "F32"
  | "F64"
  | "I64"
  | "U64";

/**
 * Bits per entry of every format of the safetensors reference (0.8), in the order of its enumeration, which is the alignment order
 * of its writer: files hold tensors by descending position in this table, then by name.
 */
export const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ["BOOL", 8],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["U8", 8],
  ["I8", 8],
  ["F8_E5M2", 8],
  ["F8_E4M3", 8],
  ["F8_E8M0", 8],
  ["F8_E4M3FNUZ", 8],
  ["F8_E5M2FNUZ", 8],
  ["I16", 16],
  ["U16", 16],
  ["F16", 16],
  ["BF16", 16],
  ["I32", 32],
  ["U32", 32],
  ["F32", 32],
  ["C64", 64],
  ["F64", 64],
  ["I64", 64],
  ["U64", 64],
]);

/** Position of each format in `DTYPE_BITS`. */
export const DTYPE_RANK: ReadonlyMap<string, number> = new Map(
  [...DTYPE_BITS.keys()].map((name, rank) => [name, rank]),
);

interface Codec {
  decode(bytes: ArrayBuffer): Float32Array;
  encode(data: Float32Array): ArrayBuffer;
}

/** A typed-array class, made from a length or over a buffer. */
interface View<A> {
  new (length: number): A;
  new (buffer: ArrayBuffer): A;
}

/** Integers of at most 32 bits, between `low` and `high`. */
function integers(
  Ints: View<
    Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array
  >,
  low: number,
  high: number,
): Codec {
  return {
    decode: (bytes) => Float32Array.from(new Ints(bytes) as Int32Array, exact),
    encode(data) {
      const out = new Ints(data.length);
      data.forEach((value, i) => (out[i] = whole(value, low, high)));
      return out.buffer as ArrayBuffer;
    },
  };
}

/** Integers of 64 bits; `high` is the largest float32 in range. */
function wideIntegers(
  Ints: View<BigInt64Array | BigUint64Array>,
  low: number,
  high: number,
): Codec {
  return {
    decode(bytes) {
      const out = new Float32Array(bytes.byteLength / 8);
      new Ints(bytes).forEach((value: bigint, i: number) => {
        out[i] = Number(value);
        if (BigInt(out[i]!) !== value) throw inexact(value);
      });
      return out;
    },
    encode(data) {
      const out = new Ints(data.length);
      data.forEach((value, i) => (out[i] = BigInt(whole(value, low, high))));
      return out.buffer as ArrayBuffer;
    },
  };
}

function inexact(value: number | bigint): RangeError {
  return new RangeError(`integers must be exact in float32, got ${value}`);
}

function exact(value: number): number {
  if (Math.fround(value) !== value) throw inexact(value);
  return value;
}

function whole(value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `values must be integers in [${low}, ${high}], got ${value}`,
    );
  }
  return value;
}

/** Bits of a float32 → bits of the nearest bfloat16, ties to even; NaN becomes the quiet NaN of its sign. */
function narrowBf16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000)
    return ((bits >>> 16) & 0x8000) | 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Bits of a float32 → bits of the nearest float16, ties to even; NaN becomes the quiet NaN of its sign. */
function narrowF16(bits: number): number {
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
function widenF16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  FLOAT[0] = fraction * 2 ** -24;
  return sign | BITS[0]!;
}

/** 16-bit floats by their bits. */
function halves(
  widen: (half: number) => number,
  narrow: (bits: number) => number,
): Codec {
  return {
    decode(bytes) {
      const source = new Uint16Array(bytes);
      const bits = new Uint32Array(source.length);
      for (let i = 0; i < bits.length; i++) bits[i] = widen(source[i]!);
      return new Float32Array(bits.buffer);
    },
    encode(data) {
      const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
      const out = new Uint16Array(data.length);
      for (let i = 0; i < out.length; i++) out[i] = narrow(bits[i]!);
      return out.buffer;
    },
  };
}

const CODECS: Record<Dtype, Codec> = {
  BOOL: integers(Uint8Array, 0, 1),
  U8: integers(Uint8Array, 0, 2 ** 8 - 1),
  I8: integers(Int8Array, -(2 ** 7), 2 ** 7 - 1),
  U16: integers(Uint16Array, 0, 2 ** 16 - 1),
  I16: integers(Int16Array, -(2 ** 15), 2 ** 15 - 1),
  U32: integers(Uint32Array, 0, 2 ** 32 - 1),
  I32: integers(Int32Array, -(2 ** 31), 2 ** 31 - 1),
  U64: wideIntegers(BigUint64Array, 0, 2 ** 64 - 2 ** 40),
  I64: wideIntegers(BigInt64Array, -(2 ** 63), 2 ** 63 - 2 ** 39),
  F16: halves(widenF16, narrowF16),
  BF16: halves((half) => half << 16, narrowBf16),
  F32: {
    decode: (bytes) => new Float32Array(bytes),
    encode: (data) => new Float32Array(data).buffer,
  },
  F64: {
    decode: (bytes) => new Float32Array(new Float64Array(bytes)),
    encode: (data) => new Float64Array(data).buffer,
  },
};

/** Formats that can be read and written. */
export const DTYPES: readonly Dtype[] = Object.keys(CODECS) as Dtype[];

/**
 * Is this the name of a format that can be read and written?
 *
 * @example
 * isDtype("BF16") // true
 */
export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(CODECS, name);
}

/**
 * Stored little-endian bytes → float32 values. F64 is rounded to the nearest float32; everything else is exact.
 *
 * @throws RangeError an integer is not exact in float32
 * @example
 * decode("U8", new Uint8Array([1, 2]).buffer) // [1, 2]
 */
export function decode(dtype: Dtype, bytes: ArrayBuffer): Float32Array {
  return CODECS[dtype].decode(bytes);
}

/**
 * Float32 values → stored little-endian bytes in a new buffer; F16 and BF16 round to nearest, ties to even.
 *
 * @throws RangeError a value is not an integer in the range of an integer format
 * @example
 * encode("BF16", new Float32Array([1])).byteLength // 2
 */
export function encode(dtype: Dtype, data: Float32Array): ArrayBuffer {
  return CODECS[dtype].encode(data);
}
