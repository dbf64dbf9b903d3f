/** Read a safetensors file into memory, after its header has been checked against the size of the file. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CheckpointError } from "../error.js";
import { asCheckpointError } from "./atomic.js";
import { DTYPES, decode, isDtype } from "./dtype.js";
import { type SafetensorsHeader, headerLength, parseHeader } from "./header.js";
import type { Params } from "./params.js";

/** Run `read` on an open file, with its size; every failure becomes a CheckpointError that names function and file. */
function withFile<T>(
  caller: string,
  path: string,
  read: (file: number, size: number) => T,
): T {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    return read(file, fstatSync(file).size);
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new CheckpointError(`${caller}: ${error.message}, in "${path}"`);
    throw asCheckpointError(error, caller, path, "readable");
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readBytes(
  file: number,
  position: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = readSync(
      file,
      bytes,
      done,
      Math.min(length - done, 2 ** 30),
      position + done,
    );
    if (count === 0)
      throw new CheckpointError(
        `file must have ${position + length} bytes, got ${position + done}`,
      );
    done += count;
  }
  return bytes;
}

function readHeader(file: number, size: number): SafetensorsHeader {
  const length = headerLength(readBytes(file, 0, Math.min(8, size)), size);
  return parseHeader(readBytes(file, 8, length), size);
}

/**
 * Read and check the header of a safetensors file: names, dtypes, shapes and byte ranges, without any tensor data.
 *
 * @throws CheckpointError the file is not readable or breaks the format
 * @example
 * readSafetensorsHeader("model.safetensors").tensors.get("model.norm.weight")?.shape
 */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  return withFile("readSafetensorsHeader", path, readHeader);
}

/**
 * Read all tensors of a safetensors file, in the order of the file, as float32 with their stored dtype.
 *
 * F32, F16, BF16 and integers that float32 holds are exact; F64 is rounded to float32. The whole header is checked first, so a broken
 * file fails before any tensor is allocated. Strict: see `parseHeader`.
 *
 * Source: the safetensors format (github.com/huggingface/safetensors), little-endian throughout.
 * Cost: the float32 values, plus the stored bytes of one tensor.
 *
 * @throws CheckpointError the file is not readable, breaks the format, or holds a dtype that float32 cannot represent
 * @example
 * readSafetensors("model.safetensors").get("model.norm.weight")?.data
 */
export function readSafetensors(path: string): Params {
  return withFile("readSafetensors", path, (file, size) => {
    const { tensors, dataStart } = readHeader(file, size);
    for (const [name, { dtype }] of tensors) {
      if (!isDtype(dtype))
        throw new CheckpointError(
          `tensor "${name}" must have dtype ${DTYPES.join(", ")}, got ${dtype}`,
        );
    }
    const params: Params = new Map();
    for (const [name, { dtype, shape, begin, end }] of tensors) {
      if (!isDtype(dtype)) continue;
      try {
        params.set(name, {
          dtype,
          shape,
          data: decode(
            dtype,
            readBytes(file, dataStart + begin, end - begin).buffer,
          ),
        });
      } catch (error) {
        if (error instanceof RangeError)
          throw new CheckpointError(
            `tensor "${name}" of dtype ${dtype}: ${error.message}`,
          );
        throw error;
      }
    }
    return params;
  });
}
