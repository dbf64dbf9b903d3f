/** Bytes of an open file, in pieces that the system call takes. */
import { readSync } from "node:fs";
import { CheckpointError } from "../error.js";

/** Most bytes of one system call; Linux stops a little below 2³¹. */
const LARGEST_READ = 2 ** 30;

/**
 * Fill `out` with the bytes of an open file from `position` on.
 *
 * @throws CheckpointError the file ends before
 */
export function readAt(file: number, position: number, out: Uint8Array): void {
  for (let done = 0; done < out.length;) {
    const length = Math.min(out.length - done, LARGEST_READ);
    const count = readSync(file, out, done, length, position + done);
    if (count === 0)
      throw new CheckpointError(
        `file must have ${position + out.length} bytes, got ${position + done}`,
      );
    done += count;
  }
}

/** `length` bytes of an open file, in new memory. */
export function bytesAt(
  file: number,
  position: number,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length);
  readAt(file, position, out);
  return out;
}
