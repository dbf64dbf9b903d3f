/** Write parameters as a safetensors file, byte for byte as the reference library lays it out. */
import { CheckpointError } from "../error.js";
import { asCheckpointError, writeFileAtomically } from "./atomic.js";
import { DTYPE_BITS, DTYPE_RANK, encode, isDtype } from "./dtype.js";
import { type TensorInfo, formatHeader } from "./header.js";
import { type Params, sizeOf } from "./params.js";

/** Options of `writeSafetensors`. */
export interface WriteSafetensorsOptions {
  /** Text pairs for the `__metadata__` field; default `{ format: "pt" }`, which older loaders ask for. */
  metadata?: Record<string, string>;
}

function checkParam(
  name: string,
  {
    dtype,
    shape,
    data,
  }: { dtype: string; shape: number[]; data: Float32Array },
): void {
  if (
    name === "" ||
    name === "__metadata__" ||
    name.includes("\0") ||
    /\p{Surrogate}/u.test(name)
  ) {
    throw new CheckpointError(
      `tensor names must be non-empty text, not __metadata__, without NUL, got ${JSON.stringify(name)}`,
    );
  }
  if (!isDtype(dtype))
    throw new CheckpointError(
      `tensor "${name}" must have a known dtype, got ${JSON.stringify(dtype)}`,
    );
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new CheckpointError(
      `tensor "${name}" must have dimensions that are integers ≥ 0, got [${shape.join(", ")}]`,
    );
  }
  if (sizeOf(shape) !== data.length) {
    throw new CheckpointError(
      `tensor "${name}" of shape [${shape.join(", ")}] must have ${sizeOf(shape)} values, got ${data.length}`,
    );
  }
}

/** Header and data of a file, as chunks; one tensor is encoded at a time. */
function* layOut(
  params: Params,
  metadata: Record<string, string>,
): Generator<Uint8Array> {
  for (const [name, param] of params) checkParam(name, param);
  const bytesOf = new Map(
    [...params.keys()].map((name) => [name, Buffer.from(name, "utf8")]),
  );
  const inOrder = [...params].sort(
    ([nameA, a], [nameB, b]) =>
      DTYPE_RANK.get(b.dtype)! - DTYPE_RANK.get(a.dtype)! ||
      Buffer.compare(bytesOf.get(nameA)!, bytesOf.get(nameB)!),
  );
  const tensors = new Map<string, TensorInfo>();
  let begin = 0;
  for (const [name, { dtype, shape, data }] of inOrder) {
    const end = begin + (data.length * DTYPE_BITS.get(dtype)!) / 8;
    tensors.set(name, { dtype, shape, begin, end });
    begin = end;
  }
  yield formatHeader(tensors, new Map(Object.entries(metadata)));
  for (const [name, { dtype, data }] of inOrder) {
    try {
      yield encode(dtype, data);
    } catch (error) {
      if (error instanceof RangeError)
        throw new CheckpointError(
          `tensor "${name}" of dtype ${dtype}: ${error.message}`,
        );
      throw error;
    }
  }
}

/**
 * Write parameters as one safetensors file. Values are rounded to the dtype of their tensor (nearest, ties to even).
 *
 * The layout is that of the reference library: tensors by descending dtype alignment, then by the UTF-8 bytes of their names; header
 * padded with spaces to 8 bytes. The file is written under a temporary name and renamed, so that it is whole or absent.
 *
 * @param path     the file; its folder must exist
 * @param params   the parameters, not modified
 * @param options  metadata: text pairs, default `{ format: "pt" }`
 * @throws CheckpointError a parameter is not valid, or the file cannot be written (disk full, no permission)
 * @example
 * writeSafetensors("model.safetensors", castParams(params, "BF16"))
 */
export function writeSafetensors(
  path: string,
  params: Params,
  { metadata = { format: "pt" } }: WriteSafetensorsOptions = {},
): void {
  try {
    writeFileAtomically(path, layOut(params, metadata));
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new CheckpointError(`writeSafetensors: ${error.message}`);
    throw asCheckpointError(error, `writeSafetensors: "${path}"`, "writable");
  }
}
