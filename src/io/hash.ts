/** SHA-256 of texts and of files of any size. */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const PIECE = 2 ** 20;

/** SHA-256 of texts and bytes one after the other, in hexadecimal. */
export function hashText(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * SHA-256 of a regular file of any size, in hexadecimal; it is read in pieces of 1 MB. A pipe does not block, a device is not read.
 *
 * @throws Error the file is not readable, or no regular file; its code is that of the system, or "EINVAL"
 * @example
 * hashFile("model.safetensors")
 */
export function hashFile(path: string): string {
  // Without waiting for the other end of a pipe.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(file).isFile())
      throw Object.assign(new Error(`EINVAL: ${path} is no regular file`), {
        code: "EINVAL",
      });
    const hash = createHash("sha256");
    const piece = new Uint8Array(PIECE);
    for (;;) {
      const count = readSync(file, piece, 0, PIECE, null);
      if (count === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
