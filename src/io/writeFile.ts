/** A file that appears whole or not at all: written beside its place, flushed, then renamed. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Bytes that tell what a file is. */
const HEAD = 4096;

/** Options of `writeFileAtomically`. */
export interface WriteFileOptions {
  /** Whether a file that begins with these bytes (4096 at most) is one that may be replaced; default: any regular file may. */
  replaces?: (head: string) => boolean;
  /** What such a file is, for the message; default "a file". */
  kind?: string;
}

let counter = 0;

/** A path beside `path` that nobody else uses: hidden, with the process id. */
export function draftOf(path: string): string {
  return join(
    dirname(path),
    `.${basename(path)}.m2rl-draft-${process.pid}-${counter++}`,
  );
}

/** Whether a name is that of a draft that a killed writer left. */
export function isDraft(name: string): boolean {
  return /^\..+\.m2rl-draft-\d+-\d+$/.test(name);
}

/**
 * Write a file under a temporary name in its folder, flush it to disk, and rename it into place. After an error the old file, if
 * any, is untouched and the temporary one is gone.
 *
 * @param path    the file; only a regular file is ever replaced, never a link, a device or a pipe
 * @param chunks  its contents, in order
 * @throws Error the disk refuses, or something else is there; the code of the latter is "EEXIST"
 */
export function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
  options: WriteFileOptions = {},
): void {
  const target = resolve(path);
  checkReplaceable(path, options);
  const draft = draftOf(target);
  try {
    writeChunks(draft, chunks);
    checkReplaceable(path, options);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Refuse a place where something is that must stay.
 *
 * @throws Error with code "EEXIST"
 */
export function checkReplaceable(
  path: string,
  { replaces, kind = "a file" }: WriteFileOptions = {},
): void {
  if (path === "" || path.includes("\0"))
    throw refusal(`${JSON.stringify(path)} is no path of a file`);
  const stat = lstatSync(resolve(path), { throwIfNoEntry: false });
  if (stat === undefined) return;
  const got = stat.isDirectory()
    ? "a folder"
    : stat.isSymbolicLink()
      ? "a link"
      : stat.isFile()
        ? replaces === undefined || replaces(headOf(path))
          ? null
          : "another file"
        : "a device or pipe";
  if (got !== null) throw refusal(`${got} is there, not ${kind}`);
}

function refusal(text: string): Error {
  return Object.assign(new Error(`EEXIST: ${text}`), { code: "EEXIST" });
}

function headOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEAD);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, HEAD, 0));
  } finally {
    closeSync(file);
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

/** Flush the names of a folder to disk, where the system can. */
export function flushFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, "r");
  } catch {
    // Windows opens no folders; names are safe there by other means.
    return;
  }
  try {
    fsyncSync(folder);
  } catch {
    // Some network file systems refuse; the rename itself is still whole.
  } finally {
    closeSync(folder);
  }
}
