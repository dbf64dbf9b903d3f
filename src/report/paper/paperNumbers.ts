/** Every number that the paper prints, with its place: table, row and column, or section of the text. */
import { type PaperTable, paperTable } from "./paper.js";
import { readPaperCsv } from "./paperCsv.js";
import { isNumber, printed, type Rounded } from "./rounded.js";

/** One number of a table. */
export interface PaperNumber extends Rounded {
  /** 1 … 8. */
  table: number;
  /** First cell of its row. */
  row: string;
  /** Name of its column. */
  column: string;
}

/** One number of the running text. */
export interface PaperTextNumber extends Rounded {
  id: string;
  /** Where it is printed. */
  section: string;
  /** What it is. */
  quantity: string;
  unit: string;
}

/** One point in which the paper's text and its authors' code differ. */
export interface CodeDifference {
  what: string;
  /** What the paper says. */
  paper: string;
  /** Where it says so. */
  section: string;
  /** What the code does. */
  code: string;
  /** Where, inside the folder M2RL of the authors' repository. */
  file: string;
}

/**
 * The numbers of a table in reading order, with what their printed decimals say.
 *
 * Source: arXiv 2602.12566v3, Tables 1 to 8.
 *
 * @param table  1 … 8
 * @throws RangeError there is no such table
 * @example
 * paperNumbers(6)[0] // { table: 6, row: "Math", column: "AIME'24", value: 77.66, low: 77.655, high: 77.665, digits: 2 }
 */
export function paperNumbers(table: number): PaperNumber[] {
  const { columns }: PaperTable = paperTable(table);
  const [head, ...others] = columns as [string, ...string[]];
  return readPaperCsv(`table${table}`).rows.flatMap((cells) =>
    others.flatMap((column) => {
      const text = cells[column]!;
      if (text === null || !isNumber(text)) return [];
      return [{ table, row: cells[head]!, column, ...printed(text) }];
    }),
  );
}

/**
 * One number of a table.
 *
 * @param row     first cell of the row
 * @param column  name of the column
 * @throws RangeError there is no such number, or more than one row has that name
 * @example
 * paperNumber(7, "RL-Multi", "IFEval Proc").value // 27.5
 */
export function paperNumber(
  table: number,
  row: string,
  column: string,
): PaperNumber {
  const found = paperNumbers(table).filter(
    (number) => number.row === row && number.column === column,
  );
  if (found.length !== 1)
    throw new RangeError(
      `paperNumber: one number must be at row "${row}", column "${column}" of table ${table}, got ${found.length}`,
    );
  return found[0]!;
}

/**
 * A number that the paper prints in its text, captions or appendix.
 *
 * Source: arXiv 2602.12566v3.
 *
 * @param id  first column of `data/paper/text.csv`
 * @throws RangeError there is no such number
 * @example
 * paperText("processCorrelation").value // -0.53
 */
export function paperText(id: string): PaperTextNumber {
  const { rows } = readPaperCsv("text");
  const row = rows.find((cells) => cells["id"] === id);
  if (row === undefined)
    throw new RangeError(
      `paperText: unknown id "${id}"; known: ${rows.map((cells) => cells["id"]).join(", ")}`,
    );
  const { section, quantity, unit, value } = row;
  return {
    id,
    section: section!,
    quantity: quantity!,
    unit: unit!,
    ...printed(value!),
  };
}

/**
 * Where the paper's text and its authors' code differ, as read in the code; nothing of it was run.
 *
 * Source: Mosi-AI/M2RL at commit d9807cf.
 *
 * @example
 * codeDifferences()[0].code // "0.2 (the default; run.sh gives none)"
 */
export function codeDifferences(): CodeDifference[] {
  return readPaperCsv("code").rows as unknown as CodeDifference[];
}
