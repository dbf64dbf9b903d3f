/** Read a checkpoint into memory, after its headers have been checked against the sizes of the files. */
import { resolve } from "node:path";
import { CheckpointError } from "../error.js";
import { Checkpoint } from "./checkpoint.js";
import { DTYPES, isDtype } from "./format/dtype.js";
import type { SafetensorsHeader } from "./format/header.js";
import { openFile } from "./openFiles.js";
import type { Params } from "./params.js";

/**
 * Read and check the header of a safetensors file: names, dtypes, shapes and byte ranges, without any tensor data.
 *
 * @throws CheckpointError the file is not readable or breaks the format
 * @example
 * readSafetensorsHeader("model.safetensors").tensors.get("model.norm.weight")?.shape
 */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  return from(
    "readSafetensorsHeader",
    () => openFile(resolve(path), "strict").header,
  );
}

/**
 * Read all tensors of a safetensors file, or of a folder with one or with shards, in the order of `Checkpoint.tensors`, as float32
 * with their stored dtype.
 *
 * F32, F16, BF16 and integers that float32 holds are exact; F64 is rounded to float32. All headers and dtypes are checked first, so a
 * broken file fails before any tensor is allocated. Strict: see `parseHeader`.
 *
 * Source: the safetensors format (github.com/huggingface/safetensors), little-endian throughout.
 * Cost: the float32 values, plus 256 kB.
 *
 * @throws CheckpointError a file is not readable, breaks the format, or holds a dtype that float32 cannot represent
 * @example
 * readSafetensors("model.safetensors").get("model.norm.weight")?.data
 */
export function readSafetensors(path: string): Params {
  return readParams("readSafetensors", path);
}

/** `readSafetensors` under the name of another function. */
export function readParams(caller: string, path: string): Params {
  return from(caller, () => {
    const checkpoint = Checkpoint.open(path);
    for (const { name, dtype, file } of checkpoint.tensors.values()) {
      if (!isDtype(dtype))
        throw new CheckpointError(
          `${file}: tensor ${JSON.stringify(name)} must have dtype ${DTYPES.join(", ")}, got ${dtype}`,
        );
    }
    const params: Params = new Map();
    try {
      for (const {
        name,
        dtype,
        shape,
        elements,
      } of checkpoint.tensors.values()) {
        const data = new Float32Array(elements);
        checkpoint.read(name, 0, data);
        if (isDtype(dtype))
          params.set(name, { dtype, shape: [...shape], data });
      }
    } finally {
      checkpoint.close();
    }
    return params;
  });
}

/** Run `action`; the message of a CheckpointError then begins with the name of the caller. */
function from<T>(caller: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new CheckpointError(`${caller}: ${error.message}`);
    throw error;
  }
}
