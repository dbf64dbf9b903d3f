/** What a checkpoint is, told by a few of its bytes: merging reads it once, hashing all of it would read it twice. */
import { createHash } from "node:crypto";
import type { Checkpoint } from "../../../checkpoint/index.js";

/** Bytes read at each of four places of every tensor. */
const SAMPLE = 4096;

/**
 * Hash of a checkpoint's tensors: names, formats, shapes, and four pieces of 4 kB of each.
 *
 * Training changes entries all over a tensor, so other weights give another fingerprint; an edit of single entries may not, for which
 * there is the full sha256 of the files. Shard layout and metadata do not matter.
 *
 * @returns the first 32 hexadecimal digits of a sha256
 */
export function fingerprint(checkpoint: Checkpoint): string {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(SAMPLE);
  const names = [...checkpoint.tensors.keys()].sort();
  for (const name of names) {
    const { dtype, shape, bytes } = checkpoint.tensors.get(name)!;
    hash.update(JSON.stringify([name, dtype, shape]));
    const piece = buffer.subarray(0, Math.min(SAMPLE, bytes));
    const last = bytes - piece.length;
    for (const start of new Set(
      [0, 1 / 3, 2 / 3, 1].map((part) => Math.floor(last * part)),
    )) {
      checkpoint.readBytes(name, start, piece);
      hash.update(piece);
    }
  }
  return hash.digest("hex").slice(0, 32);
}
