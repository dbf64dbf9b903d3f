/** The tables of the workplace assistant: rows with labels, as a data frame has them, and their equality. */
import { join } from "node:path";
import { TaskError } from "../../../error.js";
import { BUDGETS, readText } from "../../../io/index.js";
import { readCsv } from "../../instruction/python/csv.js";

/** A cell: text, or null where the file has none; what a call gives is kept as it came. */
export type Cell = unknown;

/** One row: its label in the frame's index, and its cells by column. */
export interface Row {
  label: number;
  cells: Readonly<Record<string, Cell>>;
}

/** One table: its columns in order, and its rows. */
export interface Table {
  columns: readonly string[];
  rows: readonly Row[];
}

/** The tables that the tools read and write; visits and the directory are never written. */
export interface WorkplaceTables {
  emails: Table;
  calendar: Table;
  tasks: Table;
  customers: Table;
  plots: Table;
  visits: Table;
  directory: readonly string[];
}

/** Where each table lies in the published folder. */
const FILES = {
  emails: "processed/emails.csv",
  calendar: "processed/calendar_events.csv",
  tasks: "processed/project_tasks.csv",
  customers: "processed/customer_relationship_manager_data.csv",
  visits: "processed/analytics_data.csv",
} as const;

const DIRECTORY_FILE = "raw/email_addresses.csv";

/**
 * A table from the text of a CSV file; an empty cell is null.
 *
 * @param name  what the error calls it
 * @throws TaskError the text is not CSV, or a row has another number of cells than the header
 */
export function readTable(name: string, text: string): Table {
  const [columns, ...rows] = (readCsv(text) ?? []).filter(
    (row) => row.length > 0,
  );
  if (columns === undefined)
    throw new TaskError(`readTable: ${name} must be CSV with a header`);
  return {
    columns,
    rows: rows.map((cells, label) => {
      if (cells.length !== columns.length)
        throw new TaskError(
          `readTable: ${name} row ${label + 1} must have ${columns.length} cells, got ${cells.length}`,
        );
      return {
        label,
        cells: Object.fromEntries(
          columns.map((column, i) => [
            column,
            cells[i] === "" ? null : cells[i],
          ]),
        ),
      };
    }),
  };
}

/**
 * The tables of a folder in the published format: `processed/*.csv` and `raw/email_addresses.csv`.
 *
 * @param folder  `csv_data` of the workplace assistant
 * @throws TaskError a file is missing or is not such a table
 */
export function loadWorkplace(folder: string): WorkplaceTables {
  const read = (file: string): string =>
    readText(
      join(folder, file),
      BUDGETS.lines,
      (text, cause) => new TaskError(`loadWorkplace: ${text}`, { cause }),
    );
  const table = (name: keyof typeof FILES): Table =>
    readTable(FILES[name], read(FILES[name]));
  return {
    emails: table("emails"),
    calendar: table("calendar"),
    tasks: table("tasks"),
    customers: table("customers"),
    visits: table("visits"),
    plots: { columns: ["file_path"], rows: [] },
    directory: read(DIRECTORY_FILE)
      .split(/\r?\n/u)
      .filter((line) => line !== ""),
  };
}

/** The row whose column has a value, or undefined. */
export const find = (
  table: Table,
  column: string,
  value: Cell,
): Row | undefined => table.rows.find(({ cells }) => cells[column] === value);

/** The table with a row at its end; labels are counted anew, as `concat` with `ignore_index` does, or the row gets 0. */
export function append(
  table: Table,
  cells: Record<string, Cell>,
  relabel: boolean,
): Table {
  const rows = [...table.rows, { label: 0, cells }];
  return {
    ...table,
    rows: relabel ? rows.map((row, label) => ({ ...row, label })) : rows,
  };
}

/** The table without the rows whose column has a value; the other rows keep their labels. */
export const remove = (table: Table, column: string, value: Cell): Table => ({
  ...table,
  rows: table.rows.filter(({ cells }) => cells[column] !== value),
});

/** The table with a cell of some rows changed. */
export const update = (
  table: Table,
  column: string,
  value: Cell,
  field: string,
  cell: Cell,
): Table => ({
  ...table,
  rows: table.rows.map((row) =>
    row.cells[column] === value
      ? { ...row, cells: { ...row.cells, [field]: cell } }
      : row,
  ),
});

/** Columns whose case counts. */
const EXACT: ReadonlySet<string> = new Set(["status", "list_name", "board"]);

/** A cell as it is compared: text in lower case, and what is not text as missing, as `.str.lower()` gives it. */
function compared(column: string, cell: Cell): unknown {
  if (EXACT.has(column)) return cell ?? null;
  return typeof cell === "string" ? cell.toLowerCase() : null;
}

const rowsOf = (table: Table): unknown[] =>
  table.rows.map(({ label, cells }) => [
    label,
    ...table.columns.map((column) => compared(column, cells[column])),
  ]);

/** The tables that tools write. */
export const TABLE_NAMES = [
  "calendar",
  "emails",
  "plots",
  "tasks",
  "customers",
] as const;

/** What of a workplace counts: of the five tables that tools write, labels and cells of all rows in order. */
export const comparedTables = (tables: WorkplaceTables): unknown[] =>
  TABLE_NAMES.map((name) => rowsOf(tables[name]));

/**
 * Whether two workplaces are in the same state: the five tables that tools write have the same rows in the same order, with the
 * same labels.
 *
 * Source: `is_correct` of NeMo-Gym's workplace assistant (`DataFrame.equals` after lower-casing).
 */
export function sameWorkplace(
  first: WorkplaceTables,
  second: WorkplaceTables,
): boolean {
  return (
    JSON.stringify(comparedTables(first)) ===
    JSON.stringify(comparedTables(second))
  );
}
