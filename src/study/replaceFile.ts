/** Write a file so that it is there completely or as it was before. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { StudyError } from "../error.js";

/**
 * Write a text file beside its place and rename it; folders are made as needed.
 *
 * @throws StudyError the disk refuses (full, not writable, a folder is there); the old file stays
 */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new StudyError(
      `study: ${path} must be writable, got "${(cause as Error).message}"`,
      { cause },
    );
  }
}
