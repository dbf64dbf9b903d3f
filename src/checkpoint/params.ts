/** Parameters of a model in memory: values as float32, with the dtype in which they are stored. */
import { type Dtype, decode, encode } from "./format/dtype.js";

/** The stored values of one tensor, read in pieces. */
export interface TensorPieces {
  /** Fill `out` with stored little-endian bytes from `startByte` on. */
  readBytes(startByte: number, out: Uint8Array): void;
  /** Fill `out` with entries from `start` on. */
  read(start: number, out: Float32Array): void;
}

/** One tensor: row-major values, its shape ([] for a scalar), and the dtype of its stored form. */
export interface Param {
  dtype: Dtype;
  shape: number[];
  data: Float32Array;
  /** For whoever needs no whole tensor at a time, where the values are not in memory; `data` is the same in one piece. */
  pieces?: TensorPieces;
}

/** Tensors by name, in the order of the file or model. */
export type Params = Map<string, Param>;

/**
 * Number of entries of a shape.
 *
 * @example
 * sizeOf([2, 3]) // 6
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/**
 * Round to bfloat16 (nearest, ties to even) and widen back to float32. Values beyond the largest bfloat16 become infinite; NaN stays.
 *
 * @example
 * toBf16(new Float32Array([1.001])) // [1]
 */
export function toBf16(data: Float32Array): Float32Array {
  return decode("BF16", encode("BF16", data));
}

/**
 * Store parameters in another dtype: values are rounded to it, names and shapes stay. The input is not modified.
 *
 * @throws RangeError a value does not fit an integer dtype
 * @example
 * castParams(params, "BF16")
 */
export function castParams(params: Params, dtype: Dtype): Params {
  const out: Params = new Map();
  for (const [name, { shape, data }] of params) {
    out.set(name, {
      dtype,
      shape: [...shape],
      data: decode(dtype, encode(dtype, data)),
    });
  }
  return out;
}
