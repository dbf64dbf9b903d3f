/** What the values of a stored tensor are like: NaN, infinities, subnormals, range and norm, read in pieces. */
import type { Checkpoint } from "./checkpoint.js";
import { DTYPE_BITS, type Dtype, isDtype } from "./format/dtype.js";

/** Values of one tensor. Counts are of elements. */
export interface TensorScan {
  nan: number;
  infinite: number;
  /** Not zero, but smaller than the smallest normal number of the stored format. */
  subnormal: number;
  zero: number;
  /** Bytes of a BOOL tensor that are neither 0 nor 1. */
  notBoolean: number;
  /** Smallest and largest finite value; null where there is none. */
  min: number | null;
  max: number | null;
  /** Square root of the sum of the squares of the finite values. */
  norm: number;
  /** Index of the first element that is NaN, infinite or no BOOL, and what it is; null where there is none. */
  fault: { index: number; value: string } | null;
}

/** Smallest and largest value so far. Apart from the scan: a field that may be null makes the loop three times as slow. */
interface Range {
  min: number;
  max: number;
}

type Values =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

/** Elements that are read at a time, and whose squares are summed before they are added to the sum of the others. */
const BLOCK = 65_536;

/** Smallest normal number of each float format; those of integers have no subnormals. */
const SMALLEST_NORMAL: Partial<Record<Dtype, number>> = {
  F16: 2 ** -14,
  BF16: 2 ** -126,
  F32: 2 ** -126,
  F64: 2 ** -1022,
};

const NUMBERS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F64: Float64Array,
};

/**
 * Scan a tensor. The stored values are judged, not what float32 makes of them: an F64 beyond float32 is finite, and an I32 that float32
 * does not hold is not an error. I64 and U64 are rounded to float64.
 *
 * Squares are summed in float64 by blocks of 65,536 elements, so the norm does not depend on how the file is read. That of F64 values
 * beyond 10¹⁵⁴ overflows to Infinity.
 *
 * @param onRead  called with the bytes that were read, after each block
 * @returns null where the dtype is none that m2rl converts
 * @throws CheckpointError the tensor cannot be read
 * @example
 * scanTensor(checkpoint, "model.norm.weight")?.fault
 */
export function scanTensor(
  checkpoint: Checkpoint,
  name: string,
  onRead?: (bytes: number) => void,
): TensorScan | null {
  const { dtype, elements } = checkpoint.tensor(name);
  if (!isDtype(dtype)) return null;
  const scan: TensorScan = {
    nan: 0,
    infinite: 0,
    subnormal: 0,
    zero: 0,
    notBoolean: 0,
    min: null,
    max: null,
    norm: 0,
    fault: null,
  };
  const width = DTYPE_BITS.get(dtype)! / 8;
  const block = blockReader(checkpoint, name, dtype);
  const range = { min: Infinity, max: -Infinity };
  let squares = 0;
  for (let start = 0; start < elements; start += BLOCK) {
    const values = block(start, Math.min(BLOCK, elements - start));
    squares += add(scan, range, values, start, dtype);
    onRead?.(values.length * width);
  }
  const some = range.min <= range.max;
  return {
    ...scan,
    min: some ? range.min : null,
    max: some ? range.max : null,
    norm: Math.sqrt(squares),
  };
}

/** A function that reads elements of a tensor into memory that it uses again. */
function blockReader(
  checkpoint: Checkpoint,
  name: string,
  dtype: Dtype,
): (start: number, count: number) => Values {
  if (dtype === "F32" || dtype === "BF16" || dtype === "F16") {
    const values = new Float32Array(BLOCK);
    return (start, count) => {
      const part = values.subarray(0, count);
      checkpoint.read(name, start, part);
      return part;
    };
  }
  const width = DTYPE_BITS.get(dtype)! / 8;
  const bytes = new Uint8Array(BLOCK * width);
  const read = (start: number, count: number): void =>
    checkpoint.readBytes(name, start * width, bytes.subarray(0, count * width));
  if (dtype === "I64" || dtype === "U64") {
    const Wide = dtype === "I64" ? BigInt64Array : BigUint64Array;
    return (start, count) => {
      read(start, count);
      return Float64Array.from(new Wide(bytes.buffer, 0, count), Number);
    };
  }
  return (start, count) => {
    read(start, count);
    return new NUMBERS[dtype](bytes.buffer, 0, count);
  };
}

/** Add a block to the scan; returns the sum of its squares. */
function add(
  scan: TensorScan,
  range: Range,
  values: Values,
  start: number,
  dtype: Dtype,
): number {
  const smallest = SMALLEST_NORMAL[dtype] ?? 0;
  const largest = dtype === "BOOL" ? 1 : Number.MAX_VALUE;
  let { min, max } = range;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const size = Math.abs(value);
    if (!(size <= largest)) {
      if (Number.isNaN(value)) scan.nan++;
      else if (dtype === "BOOL") scan.notBoolean++;
      else scan.infinite++;
      scan.fault ??= { index: start + i, value: String(value) };
      continue;
    }
    if (size < smallest && size > 0) scan.subnormal++;
    if (size === 0) scan.zero++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    squares += value * value;
  }
  range.min = min;
  range.max = max;
  return squares;
}
