/** SHA-256 of a file, in pieces. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync } from "node:fs";
import { readAt } from "./readAt.js";

const PIECE = 2 ** 20;

/**
 * SHA-256 of a file of any size, in hexadecimal.
 *
 * @throws Error the file is not readable
 * @example
 * hashFile("model.safetensors")
 */
export function hashFile(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const hash = createHash("sha256");
    const piece = new Uint8Array(PIECE);
    for (let position = 0; position < size; position += PIECE) {
      const part = piece.subarray(0, Math.min(PIECE, size - position));
      readAt(file, position, part);
      hash.update(part);
    }
    return hash.digest("hex");
  } finally {
    closeSync(file);
  }
}
