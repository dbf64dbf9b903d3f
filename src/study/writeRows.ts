/** Writes a row file that tables and figures are made of. */
import { replaceFile } from "./replaceFile.js";

/** One row a line, so that a change of one number is a change of one line. */
export function writeRows(path: string, rows: readonly object[]): void {
  replaceFile(
    path,
    `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`,
  );
}
