/** Number formats of safetensors: names, order, widths, and conversion of stored bytes to float32 and back. */
import { BF16, F16 } from "./halfFloat.js";

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

/** How one format is read and written; entries are elements of `Entries`. */
interface Codec<A> {
  /** The typed array of the stored entries. */
  Entries: View<A>;
  decode(source: A, out: Float32Array): void;
  encode(values: Float32Array, out: A): void;
}

/** A typed-array class. */
interface View<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

/** Integers of at most 32 bits, between `low` and `high`. */
function integers<
  A extends
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array,
>(Entries: View<A>, low: number, high: number): Codec<A> {
  return {
    Entries,
    decode(source, out) {
      for (let i = 0; i < source.length; i++) {
        out[i] = source[i]!;
        if (out[i] !== source[i]) throw inexact(source[i]!);
      }
    },
    encode(values, out) {
      for (let i = 0; i < values.length; i++)
        out[i] = whole(values[i]!, low, high);
    },
  };
}

/** Integers of 64 bits; `high` is the largest float32 in range. */
function wideIntegers<A extends BigInt64Array | BigUint64Array>(
  Entries: View<A>,
  low: number,
  high: number,
): Codec<A> {
  return {
    Entries,
    decode(source, out) {
      for (let i = 0; i < source.length; i++) {
        out[i] = Number(source[i]);
        if (BigInt(out[i]!) !== source[i]) throw inexact(source[i]!);
      }
    },
    encode(values, out) {
      for (let i = 0; i < values.length; i++)
        out[i] = BigInt(whole(values[i]!, low, high));
    },
  };
}

function inexact(value: number | bigint): RangeError {
  return new RangeError(`integers must be exact in float32, got ${value}`);
}

function whole(value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `values must be integers in [${low}, ${high}], got ${value}`,
    );
  }
  return value;
}

/** Floats that typed arrays convert themselves. */
function floats<A extends Float32Array | Float64Array>(
  Entries: View<A>,
): Codec<A> {
  return {
    Entries,
    decode: (source, out) => out.set(source),
    encode: (values, out) => out.set(values),
  };
}

/** A codec whose entries the caller does not see. */
interface Bytes {
  width: number;
  decode(bytes: Uint8Array, out: Float32Array): void;
  encode(values: Float32Array, out: Uint8Array): void;
}

/** Wrap a codec so that it works on bytes at any place of a buffer. */
function onBytes<A extends { buffer: ArrayBufferLike; byteOffset: number }>({
  Entries,
  decode,
  encode,
}: Codec<A>): Bytes {
  const width = Entries.BYTES_PER_ELEMENT;
  return {
    width,
    decode(bytes, out) {
      // Typed arrays must begin at a multiple of their width.
      const { buffer, byteOffset } =
        bytes.byteOffset % width === 0 ? bytes : bytes.slice();
      decode(new Entries(buffer, byteOffset, out.length), out);
    },
    encode(values, out) {
      const target =
        out.byteOffset % width === 0 ? out : new Uint8Array(out.length);
      encode(
        values,
        new Entries(target.buffer, target.byteOffset, values.length),
      );
      if (target !== out) out.set(target);
    },
  };
}

const CODECS: Record<Dtype, Bytes> = {
  BOOL: onBytes(integers(Uint8Array, 0, 1)),
  U8: onBytes(integers(Uint8Array, 0, 2 ** 8 - 1)),
  I8: onBytes(integers(Int8Array, -(2 ** 7), 2 ** 7 - 1)),
  U16: onBytes(integers(Uint16Array, 0, 2 ** 16 - 1)),
  I16: onBytes(integers(Int16Array, -(2 ** 15), 2 ** 15 - 1)),
  U32: onBytes(integers(Uint32Array, 0, 2 ** 32 - 1)),
  I32: onBytes(integers(Int32Array, -(2 ** 31), 2 ** 31 - 1)),
  U64: onBytes(wideIntegers(BigUint64Array, 0, 2 ** 64 - 2 ** 40)),
  I64: onBytes(wideIntegers(BigInt64Array, -(2 ** 63), 2 ** 63 - 2 ** 39)),
  F16: onBytes({ Entries: Uint16Array, ...F16 }),
  BF16: onBytes({ Entries: Uint16Array, ...BF16 }),
  F32: onBytes(floats(Float32Array)),
  F64: onBytes(floats(Float64Array)),
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

function codecOf(
  caller: string,
  dtype: Dtype,
  bytes: Uint8Array,
  values: Float32Array,
): Bytes {
  if (!isDtype(dtype))
    throw new RangeError(
      `${caller}: dtype must be ${DTYPES.join(", ")}, got ${String(dtype)}`,
    );
  const codec = CODECS[dtype];
  if (bytes.length !== values.length * codec.width)
    throw new RangeError(
      `${caller}: ${values.length} values of ${dtype} must have ${values.length * codec.width} bytes, got ${bytes.length}`,
    );
  return codec;
}

/**
 * Stored little-endian bytes → float32 values, without allocating. F64 is rounded to the nearest float32; everything else is exact.
 *
 * @param dtype  format of `bytes`
 * @param bytes  the stored entries; fastest where they begin at a multiple of their width in their buffer
 * @param out    receives the values; as many as `bytes` holds
 * @throws RangeError an integer is not exact in float32, or the sizes do not fit
 * @example
 * decodeInto("U8", new Uint8Array([1, 2]), new Float32Array(2))
 */
export function decodeInto(
  dtype: Dtype,
  bytes: Uint8Array,
  out: Float32Array,
): void {
  codecOf("decodeInto", dtype, bytes, out).decode(bytes, out);
}

/**
 * Float32 values → stored little-endian bytes, without allocating. F16 and BF16 round to nearest, ties to even; NaN becomes the quiet
 * NaN of its sign.
 *
 * @param dtype   format of `out`
 * @param values  the values, not modified
 * @param out     receives the bytes; fastest where it begins at a multiple of the width in its buffer
 * @throws RangeError a value is not an integer in the range of an integer format, or the sizes do not fit
 * @example
 * encodeInto("BF16", new Float32Array([1]), new Uint8Array(2))
 */
export function encodeInto(
  dtype: Dtype,
  values: Float32Array,
  out: Uint8Array,
): void {
  codecOf("encodeInto", dtype, out, values).encode(values, out);
}

/**
 * Stored little-endian bytes → float32 values in a new array, as `decodeInto`.
 *
 * @throws RangeError an integer is not exact in float32
 * @example
 * decode("U8", new Uint8Array([1, 2])) // [1, 2]
 */
export function decode(dtype: Dtype, bytes: Uint8Array): Float32Array {
  const out = new Float32Array(bytes.length / CODECS[dtype].width);
  decodeInto(dtype, bytes, out);
  return out;
}

/**
 * Float32 values → stored little-endian bytes in a new array, as `encodeInto`.
 *
 * @throws RangeError a value is not an integer in the range of an integer format
 * @example
 * encode("BF16", new Float32Array([1])).length // 2
 */
export function encode(dtype: Dtype, values: Float32Array): Uint8Array {
  const out = new Uint8Array(values.length * CODECS[dtype].width);
  encodeInto(dtype, values, out);
  return out;
}
