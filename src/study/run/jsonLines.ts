/** Files of one JSON value a line. */
import { readFileSync } from "node:fs";
import { replaceFile } from "./replaceFile.js";

/** The lines of a file. */
export function readLines<Line>(path: string): Line[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/**
 * Write all lines of a file at once, as `replaceFile` does.
 *
 * @throws StudyError the disk refuses
 */
export function writeLines(path: string, lines: readonly unknown[]): void {
  replaceFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
