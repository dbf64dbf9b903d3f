/** Long rows → one record per row name, with a column for each of another field's values. */
import { aq } from "./figure/plot.js";
import type { TableValue } from "./table.js";

/** Which fields become what. */
export interface PivotOptions {
  /** Field whose values name the rows. */
  rows: string;
  /** Field whose values name the columns. */
  columns: string;
  /** Field that fills the cells. */
  values: string;
}

/**
 * A wide table in the order in which names first appear; a missing cell is null.
 *
 * @throws RangeError there is no row, or two rows fill one cell
 * @example
 * pivot([{ m: "a", b: "x", s: 1 }, { m: "a", b: "y", s: 2 }], { rows: "m", columns: "b", values: "s" })
 * // [{ m: "a", x: 1, y: 2 }]
 */
export function pivot<Row extends object>(
  rows: readonly Row[],
  { rows: rowField, columns, values }: PivotOptions,
): Record<string, TableValue>[] {
  if (rows.length === 0)
    throw new RangeError("pivot: rows must not be empty, got 0 rows");
  const table = aq.from([...rows]);
  const wide = table.dedupe(rowField, columns);
  if (wide.numRows() !== rows.length) {
    throw new RangeError(
      `pivot: one row must fill a cell, got ${rows.length} rows for ${wide.numRows()} cells`,
    );
  }
  const names = [
    ...new Set(
      rows.map((row) => String((row as Record<string, unknown>)[columns])),
    ),
  ];
  const objects = wide
    .groupby(rowField)
    .pivot(columns, values, { sort: false })
    .objects() as Record<string, TableValue>[];
  return objects.map((row) =>
    Object.fromEntries(
      [rowField, ...names].map((name) => [name, row[name] ?? null]),
    ),
  );
}
