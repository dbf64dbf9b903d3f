/** Write parameters as a safetensors file, byte for byte as the reference library lays it out. */
import { CheckpointError } from "../error.js";
import { writeFileAtomically } from "../io/index.js";
import { asCheckpointError } from "./asCheckpointError.js";
import { convert } from "./checkpoint.js";
import { DTYPES, encode, isDtype } from "./format/dtype.js";
import { layOut } from "./format/layout.js";
import { type Params, sizeOf } from "./params.js";

/** Options of `writeSafetensors`. */
export interface WriteSafetensorsOptions {
  /** Text pairs for the `__metadata__` field; default `{ format: "pt" }`, which older loaders ask for. */
  metadata?: Record<string, string>;
}

/** Header and data of a file, as chunks; one tensor is encoded at a time. */
function* chunks(
  params: Params,
  metadata: Record<string, string>,
): Generator<Uint8Array> {
  const specs = [...params].map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
  }));
  const { header, tensors } = layOut(specs, metadata);
  for (const [name, { dtype }] of params)
    if (!isDtype(dtype))
      throw new CheckpointError(
        `tensor ${JSON.stringify(name)} must have dtype ${DTYPES.join(", ")}, got ${String(dtype)}`,
      );
  yield header;
  for (const name of tensors.keys()) {
    // Read once: of a model that is not in memory, reading is work.
    const { dtype, shape, data } = params.get(name)!;
    if (sizeOf(shape) !== data.length)
      throw new CheckpointError(
        `tensor ${JSON.stringify(name)} of shape [${shape.join(", ")}] must have ${sizeOf(shape)} values, got ${data.length}`,
      );
    yield convert(name, dtype, () => encode(dtype, data));
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
    writeFileAtomically(path, chunks(params, metadata));
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new CheckpointError(`writeSafetensors: ${error.message}`);
    throw asCheckpointError(error, `writeSafetensors: "${path}"`, "writable");
  }
}
