/** Files and folders that appear whole or not at all: written beside their place, then renamed. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CheckpointError } from "../error.js";

let counter = 0;

/** A path beside `path` that nobody else uses: hidden, with the process id. */
function sibling(path: string, role: string): string {
  return join(
    dirname(path),
    `.${basename(path)}.${role}-${process.pid}-${counter++}`,
  );
}

/** A failure of the file system (disk full, no permission, …) as a CheckpointError about `subject`; other errors unchanged. */
export function asCheckpointError(
  error: unknown,
  subject: string,
  verb: "readable" | "writable",
): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (
    typeof code !== "string" ||
    !(error instanceof Error) ||
    error instanceof CheckpointError
  )
    return error;
  return new CheckpointError(
    `${subject} must be ${verb}, got ${error.message}`,
  );
}

/**
 * Write a file under a temporary name in its folder, flush it to disk, and rename it into place. After an error the old file, if
 * any, is untouched and the temporary one is gone.
 *
 * @param path    the file
 * @param chunks  its contents, in order
 */
export function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
): void {
  const target = resolve(path);
  const temporary = sibling(target, "partial");
  try {
    writeChunks(temporary, chunks);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Create a file with the given contents and flush it to disk. */
export function writeChunks(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, "wx");
  try {
    for (const chunk of chunks) {
      // A nearly full disk takes a part first and fails at the next call.
      for (let done = 0; done < chunk.length;)
        done += writeSync(file, chunk, done);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Build a folder under a temporary name beside its place, then rename it into place; an old folder steps aside first and is
 * removed last. After an error the old folder, if any, is back in its place and the temporary one is gone.
 *
 * @param path  the folder
 * @param fill  writes the contents into the folder that it is given
 */
export function writeFolderAtomically(
  path: string,
  fill: (folder: string) => void,
): void {
  const target = resolve(path);
  const temporary = sibling(target, "partial");
  const old = sibling(target, "old");
  try {
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(temporary);
    fill(temporary);
    if (existsSync(target)) renameSync(target, old);
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (existsSync(old)) renameSync(old, target);
      throw error;
    }
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}
