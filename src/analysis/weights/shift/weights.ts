/** Where an analysis reads weights from: an open checkpoint, a model in memory, or either as if it had been saved in another format. */
import {
  type Dtype,
  type Params,
  Checkpoint,
  decodeInto,
  DTYPE_BITS,
  encodeInto,
} from "../../../checkpoint/index.js";

/** Tensors that are read in pieces. An open `Checkpoint` is one. */
export interface Weights {
  readonly tensors: ReadonlyMap<
    string,
    { dtype: string; shape: readonly number[]; elements: number }
  >;
  /** Stored little-endian bytes of a tensor from `startByte` on, until `out` is full. */
  readBytes(name: string, startByte: number, out: Uint8Array): void;
  /** Entries of a tensor as float32 from `start` on, until `out` is full. */
  read(name: string, start: number, out: Float32Array): void;
  close(): void;
}

/** Formats whose tensors are compared; F64 is rounded to float32 on reading. */
const FLOATS: readonly string[] = ["F16", "BF16", "F32", "F64"];

/** Is this a format of real numbers that can be read? */
export function isFloat(dtype: string): dtype is Dtype {
  return FLOATS.includes(dtype);
}

/**
 * Weights of a .safetensors file or model folder, or of parameters in memory.
 *
 * @throws CheckpointError the file or folder is missing or breaks its format
 * @example
 * openWeights("models/math").tensors.size
 */
export function openWeights(source: string | Params): Weights {
  return typeof source === "string"
    ? Checkpoint.open(source)
    : inMemory(source);
}

/** A model to compare: a .safetensors file or folder, parameters in memory, or open weights, which stay open. */
export type ModelSource = string | Params | Weights;

/**
 * Use the weights of a base and of models by name, and close those that were opened for it.
 *
 * @throws as `openWeights`, and what `use` throws
 * @internal
 */
export function withWeights<Result>(
  base: ModelSource,
  others: Readonly<Record<string, ModelSource>>,
  use: (base: Weights, others: Readonly<Record<string, Weights>>) => Result,
): Result {
  const opened: Weights[] = [];
  const open = (source: ModelSource): Weights => {
    if (typeof source !== "string" && "tensors" in source) return source;
    const weights = openWeights(source);
    opened.push(weights);
    return weights;
  };
  try {
    const from = open(base);
    const to = Object.fromEntries(
      Object.entries(others).map(([name, source]) => [name, open(source)]),
    );
    return use(from, to);
  } finally {
    for (const weights of opened) weights.close();
  }
}

function inMemory(params: Params): Weights {
  const tensors = new Map(
    [...params].map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, elements: data.length },
    ]),
  );
  const bytesOf = (name: string, startByte: number, out: Uint8Array): void => {
    const { dtype, data } = params.get(name)!;
    const width = DTYPE_BITS.get(dtype)! / 8;
    const start = startByte / width;
    encodeInto(dtype, data.subarray(start, start + out.length / width), out);
  };
  return {
    tensors,
    readBytes: bytesOf,
    read(name: string, start: number, out: Float32Array): void {
      const { dtype } = params.get(name)!;
      const width = DTYPE_BITS.get(dtype)! / 8;
      const bytes = new Uint8Array(out.length * width);
      bytesOf(name, start * width, bytes);
      decodeInto(dtype, bytes, out);
    },
    close: (): void => undefined,
  };
}

/**
 * The same weights as if they had been saved in another format: what a cast on saving does to an analysis.
 *
 * @param dtype  for tensors of real numbers; others stay
 * @example
 * savedAs(openWeights("models/math"), "BF16")
 */
export function savedAs(weights: Weights, dtype: Dtype): Weights {
  const width = DTYPE_BITS.get(dtype)! / 8;
  const tensors = new Map(
    [...weights.tensors].map(([name, tensor]) => [
      name,
      isFloat(tensor.dtype) ? { ...tensor, dtype } : tensor,
    ]),
  );
  const isCast = (name: string): boolean =>
    isFloat(tensors.get(name)?.dtype ?? "");
  return {
    tensors,
    readBytes(name: string, startByte: number, out: Uint8Array): void {
      if (!isCast(name)) return weights.readBytes(name, startByte, out);
      const values = new Float32Array(out.length / width);
      weights.read(name, startByte / width, values);
      encodeInto(dtype, values, out);
    },
    read(name: string, start: number, out: Float32Array): void {
      weights.read(name, start, out);
      if (isCast(name)) roundTo(dtype, out);
    },
    close: (): void => weights.close(),
  };
}

/** Round values to what a format can hold, in place. */
export function roundTo(dtype: Dtype, values: Float32Array): void {
  if (dtype === "F32" || dtype === "F64") return;
  const bytes = new Uint8Array((values.length * DTYPE_BITS.get(dtype)!) / 8);
  encodeInto(dtype, values, bytes);
  decodeInto(dtype, bytes, values);
}
