/** Write a file so that it is there completely or as it was before. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { StudyError } from "../../error.js";
import { writeFileAtomically } from "../../io/index.js";

/**
 * Write a text file beside its place and rename it; folders are made as needed.
 *
 * @throws StudyError the disk refuses (full, not writable, a folder is there); the old file stays
 */
export function replaceFile(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomically(path, [Buffer.from(text, "utf8")]);
  } catch (cause) {
    throw new StudyError(
      `study: ${path} must be writable, got "${(cause as Error).message}"`,
      { cause },
    );
  }
}
