/** One process at a time in a folder. */
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isExisting(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}

/**
 * Take the lock of a folder; one whose owner no longer lives (it was killed) is taken over.
 *
 * @param failure  makes the error from its text: what must hold, got what
 * @returns gives the lock back
 * @throws the error of `failure`: another process holds the lock, or the folder cannot be written
 */
export function takeLock(
  folder: string,
  failure: (text: string, cause?: unknown) => Error,
): () => void {
  const path = join(folder, ".lock");
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(folder, { recursive: true });
      const file = openSync(path, "wx");
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isExisting(error) || attempt > 3) {
        const { message } = error as Error;
        throw failure(`${folder} must be writable, got "${message}"`, error);
      }
    }
    const owner = Number(readFileSync(path, "utf8"));
    if (owner > 0 && isAlive(owner)) {
      throw failure(
        `one run at a time may work in ${folder}, got another as process ${owner}`,
      );
    }
    rmSync(path, { force: true });
  }
}
