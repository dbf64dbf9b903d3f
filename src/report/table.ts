/** Rows → a table, in Markdown or HTML, with the best number in bold and the second best underlined, as in the paper. */

/** A number with its interval. */
export interface Estimate {
  mean: number;
  /** Ends of the interval; both or none. */
  low?: number;
  high?: number;
}

/** What a cell may hold; null and undefined show as an empty cell. */
export type TableValue = string | number | Estimate | null | undefined;

/** How a table is laid out. */
export interface TableOptions {
  /** Columns in order; by default all of the first row. */
  columns?: readonly string[];
  /** Compare numbers within a row (paper's Table 3), within a column (Table 4), or not at all. Default "none". */
  rank?: "row" | "column" | "none";
  /** Columns (rank "row") or first-column values (rank "column") that are shown but not compared. */
  unranked?: readonly string[];
  /** Decimals, default 1. */
  digits?: number;
  /** Print a plus before positive numbers, for differences. Default false. */
  signed?: boolean;
}

const LOPSIDED = 0.2;

type Mark = "best" | "second" | "plain";

/** A cell as it is shown. */
interface ShownCell {
  text: string;
  kind: Mark;
}

/** A table before it is written in any format. */
interface Layout {
  names: readonly string[];
  /** Of each column: whether it holds numbers. */
  numeric: boolean[];
  lines: ShownCell[][];
}

/** The cells of a table with their marks; `caller` is the function that an error names. */
function layout(
  rows: readonly Record<string, TableValue>[],
  {
    columns,
    rank = "none",
    unranked = [],
    digits = 1,
    signed = false,
  }: TableOptions,
  caller: string,
): Layout {
  const first = rows[0];
  if (first === undefined)
    throw new RangeError(`${caller}: rows must not be empty, got 0 rows`);
  const names = columns ?? Object.keys(first);
  const head = names[0]!;
  const numberAt = (
    row: Record<string, TableValue>,
    column: string,
  ): number | null => numberOf(row[column], column, caller);
  const ranked = (row: Record<string, TableValue>, column: string): boolean =>
    !unranked.includes(rank === "row" ? column : String(row[head]));

  const numbersOf = (
    line: readonly (readonly [Record<string, TableValue>, string])[],
  ): string[] =>
    line.flatMap(([row, column]) => {
      const number = numberAt(row, column);
      return number !== null && ranked(row, column)
        ? [number.toFixed(digits)]
        : [];
    });
  const markOf = (row: Record<string, TableValue>, column: string): Mark => {
    const number = numberAt(row, column);
    if (rank === "none" || number === null || !ranked(row, column))
      return "plain";
    const line =
      rank === "row"
        ? names.map((name) => [row, name] as const)
        : rows.map((other) => [other, column] as const);
    const order = [...new Set(numbersOf(line))].sort(
      (a, b) => Number(b) - Number(a),
    );
    const place = order.indexOf(number.toFixed(digits));
    return place === 0 ? "best" : place === 1 ? "second" : "plain";
  };

  return {
    names,
    numeric: names.map((name) =>
      rows.some((row) => numberAt(row, name) !== null),
    ),
    lines: rows.map((row) =>
      names.map((name) => ({
        text: show(row[name], digits, signed),
        kind: markOf(row, name),
      })),
    ),
  };
}

/**
 * A Markdown table. Numbers are compared as they are shown, so equal text gets equal marks: all that tie for best are bold,
 * the next value down is underlined.
 *
 * @param rows  records with the same keys; numbers are right-aligned
 * @throws RangeError there is no row · TypeError a number is not finite
 * @example
 * markdownTable([{ model: "a", score: 1 }, { model: "b", score: { mean: 2, low: 1.5, high: 2.5 } }], { rank: "column" })
 */
export function markdownTable(
  rows: readonly Record<string, TableValue>[],
  options: TableOptions = {},
): string {
  const { names, numeric, lines } = layout(rows, options, "markdownTable");
  const escaped = (text: string): string =>
    text.replace(/\|/g, "\\|").replace(/\n/g, " ");
  const cell = ({ text, kind }: ShownCell): string => mark(escaped(text), kind);
  return [
    `| ${names.join(" | ")} |`,
    `| ${numeric.map((isNumber) => (isNumber ? "---:" : "---")).join(" | ")} |`,
    ...lines.map((line) => `| ${line.map(cell).join(" | ")} |`),
  ].join("\n");
}

/**
 * The same table as HTML, for a notebook: a number stays on one line with its interval, however narrow the page is. Text in
 * backticks is set as code.
 *
 * @param rows  records with the same keys; numbers are right-aligned
 * @throws RangeError there is no row · TypeError a number is not finite
 * @example
 * htmlTable([{ model: "a", score: { mean: 2, low: 1.5, high: 2.5 } }])
 */
export function htmlTable(
  rows: readonly Record<string, TableValue>[],
  options: TableOptions = {},
): string {
  const { names, numeric, lines } = layout(rows, options, "htmlTable");
  const align = numeric.map((isNumber) => (isNumber ? "right" : "left"));
  const head = names.map(
    (name, i) => `<th style="text-align: ${align[i]}">${html(name)}</th>`,
  );
  const body = lines.map((line) => {
    const cells = line.map(({ text, kind }, i) => {
      const wrap = isQuantity(text) ? "; white-space: nowrap" : "";
      return `<td style="text-align: ${align[i]}${wrap}">${htmlMark(html(text), kind)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return [
    "<table>",
    `<thead><tr>${head.join("")}</tr></thead>`,
    "<tbody>",
    ...body,
    "</tbody>",
    "</table>",
  ].join("\n");
}

/** Whether a text is a number, alone or with its interval. */
function isQuantity(text: string): boolean {
  return /^[+−-]?\d[\d.,]*(?: [±+].*)?$/.test(text);
}

function html(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/`([^`]+)`/g, "<code>$1</code>");
}

function htmlMark(text: string, kind: Mark): string {
  if (kind === "best") return `<strong>${text}</strong>`;
  return kind === "second" ? `<u>${text}</u>` : text;
}

/**
 * An estimate as text: "65.4"; "65.4 ± 2.3" where the half width is that of the interval; "98.0 +1.1 −3.2" where one side of
 * the interval is more than one and a half times as long as the other.
 *
 * @param options  digits: decimals, default 1 · signed: print a plus before a positive number, default false
 * @example
 * showEstimate({ mean: 65.4, low: 63.1, high: 67.7 }) // "65.4 ± 2.3"
 */
export function showEstimate(
  { mean, low, high }: Estimate,
  { digits = 1, signed = false }: Pick<TableOptions, "digits" | "signed"> = {},
): string {
  const text = showNumber(mean, digits, signed);
  if (low === undefined || high === undefined) return text;
  const [up, down] = [high - mean, mean - low];
  // Near 0 and 100 percent an interval is lopsided, and one half width would lie about both sides.
  if (Math.abs(up - down) > LOPSIDED * (up + down))
    return `${text} +${up.toFixed(digits)} −${down.toFixed(digits)}`;
  return `${text} ± ${((high - low) / 2).toFixed(digits)}`;
}

function showNumber(value: number, digits: number, signed: boolean): string {
  const text = value.toFixed(digits);
  return signed && value > 0 ? `+${text}` : text;
}

function numberOf(
  value: TableValue,
  column: string,
  caller: string,
): number | null {
  if (value === null || value === undefined || typeof value === "string")
    return null;
  const number = typeof value === "number" ? value : value.mean;
  if (!Number.isFinite(number)) {
    throw new TypeError(
      `${caller}: numbers must be finite, got ${number} in column "${column}"`,
    );
  }
  return number;
}

function show(value: TableValue, digits: number, signed: boolean): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return showNumber(value, digits, signed);
  return showEstimate(value, { digits, signed });
}

function mark(text: string, kind: Mark): string {
  if (kind === "best") return `**${text}**`;
  return kind === "second" ? `<u>${text}</u>` : text;
}
