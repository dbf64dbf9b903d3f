/** The files of `data/paper/`, as text, because how many decimals a number was printed with is part of it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { aq } from "../figure/plot.js";

/** A CSV file as text; a cell that is empty in print is null. */
export interface PaperCsv {
  columns: string[];
  rows: Record<string, string | null>[];
}

/**
 * Read `data/paper/<name>.csv`.
 *
 * @param name  for example "table3"
 * @example
 * readPaperCsv("table1").rows[0].proportion // "2.37"
 */
export function readPaperCsv(name: string): PaperCsv {
  const path = fileURLToPath(
    new URL(`../../../data/paper/${name}.csv`, import.meta.url),
  );
  const table = aq.fromCSV(readFileSync(path, "utf8"), { autoType: false });
  return {
    columns: table.columnNames(),
    rows: table.objects() as Record<string, string | null>[],
  };
}
