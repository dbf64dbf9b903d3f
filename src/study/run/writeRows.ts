/** Writes a row file that tables and figures are made of. */
import { replaceFile } from "./replaceFile.js";

/** The text of a row file: one row per line, so that a change of one number is a change of one line. */
export function rowsText(rows: readonly object[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

/** Write rows; see `rowsText`. */
export function writeRows(path: string, rows: readonly object[]): void {
  replaceFile(path, rowsText(rows));
}
