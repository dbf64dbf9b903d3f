/** Files of one JSON value a line. */
import { readJsonLines } from "../../io/index.js";
import { failure } from "./failure.js";
import { replaceFile } from "./replaceFile.js";

/**
 * The whole lines of a file.
 *
 * @throws StudyError it is not readable, too large, or a line is no JSON
 */
export function readLines<Line>(path: string): Line[] {
  return readJsonLines(path, failure) as Line[];
}

/**
 * Write all lines of a file at once, as `replaceFile` does.
 *
 * @throws StudyError the disk refuses
 */
export function writeLines(path: string, lines: readonly unknown[]): void {
  replaceFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
