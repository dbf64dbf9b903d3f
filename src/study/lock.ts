/** One runner at a time in a run's folder. */
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { StudyError } from "../error.js";

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
 * Take the lock of a run's folder; one whose owner no longer lives (it was killed) is taken over.
 *
 * @returns gives the lock back
 * @throws StudyError another process holds it, or the folder cannot be written
 */
export function takeLock(runFolder: string): () => void {
  const path = join(runFolder, ".lock");
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(runFolder, { recursive: true });
      const file = openSync(path, "wx");
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isExisting(error) || attempt > 3) {
        const { message } = error as Error;
        throw new StudyError(
          `study: ${runFolder} must be writable, got "${message}"`,
          { cause: error },
        );
      }
    }
    const owner = Number(readFileSync(path, "utf8"));
    if (owner > 0 && isAlive(owner)) {
      throw new StudyError(
        `study: one run at a time may work in ${runFolder}, got another as process ${owner}`,
      );
    }
    rmSync(path, { force: true });
  }
}
