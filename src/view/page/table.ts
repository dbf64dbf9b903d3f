/** Tables that can be sorted, read by a screen reader and copied. */
import { h, type Child } from "./dom.js";

/** One cell: what is shown, what it is sorted by, and its text in a copy. */
export interface Cell {
  show: Child;
  sort: string | number | null;
  text: string;
  class?: string;
}

/** One column. */
export interface Column {
  key: string;
  label: string;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  title?: string;
}

/** A table's content. */
export interface TableData {
  caption: string;
  columns: readonly Column[];
  rows: readonly { key: string; cells: readonly Cell[]; isMarked?: boolean }[];
}

/** How a table is sorted: by the key of a column, "-" before it for largest first; "" as it comes. */
export type Order = string;

/** A cell of plain text. */
export function textCell(text: string): Cell {
  return { show: text, sort: text, text };
}

/** A cell of a number as it is shown. */
export function numberCell(value: number | null, shown: string): Cell {
  return { show: shown, sort: value, text: shown };
}

/** Rows in the order asked for; what has no value comes last. */
export function sorted(
  { columns, rows }: TableData,
  order: Order,
): TableData["rows"] {
  const isDown = order.startsWith("-");
  const at = columns.findIndex(
    ({ key }) => key === (isDown ? order.slice(1) : order),
  );
  if (at < 0) return rows;
  const compare = (a: Cell, b: Cell): number => {
    if (a.sort === null || b.sort === null)
      return Number(a.sort === null) - Number(b.sort === null);
    const difference =
      typeof a.sort === "number" && typeof b.sort === "number"
        ? a.sort - b.sort
        : String(a.sort).localeCompare(String(b.sort));
    return isDown ? -difference : difference;
  };
  return [...rows].sort((a, b) => compare(a.cells[at]!, b.cells[at]!));
}

/** How a table is sorted, and what hears another wish. */
export interface Sorting {
  now: Order;
  set: (order: Order) => void;
}

/** The order that a click on a column asks for: numbers from the largest first. */
function nextOrder({ key, isNumber }: Column, now: Order): Order {
  const [first, second] = isNumber ? [`-${key}`, key] : [key, `-${key}`];
  return now === first ? second : first;
}

function headCell(column: Column, order: Sorting | undefined): HTMLElement {
  const { key, label, isNumber, title } = column;
  const attributes = { scope: "col", class: isNumber ? "number" : null };
  if (!order) return h("th", { ...attributes, title }, label);
  const isUp = order.now === key;
  const isDown = order.now === `-${key}`;
  return h(
    "th",
    {
      ...attributes,
      "aria-sort": isUp ? "ascending" : isDown ? "descending" : "none",
    },
    h(
      "button",
      {
        id: `sort-${key}`,
        title,
        click: () => order.set(nextOrder(column, order.now)),
      },
      label,
      h(
        "span",
        { class: "arrow", "aria-hidden": "true" },
        isUp ? " ↑" : isDown ? " ↓" : "",
      ),
    ),
  );
}

function bodyRow(
  { cells, isMarked }: TableData["rows"][number],
  columns: readonly Column[],
): HTMLElement {
  const classOf = (cell: Cell, i: number): string | null =>
    [columns[i]!.isNumber ? "number" : "", cell.class ?? ""].join(" ").trim() ||
    null;
  return h(
    "tr",
    { class: isMarked ? "marked" : null },
    ...cells.map((cell, i) =>
      i === 0
        ? h("th", { scope: "row", class: classOf(cell, i) }, cell.show)
        : h("td", { class: classOf(cell, i) }, cell.show),
    ),
  );
}

/**
 * A table element.
 *
 * @param order  without it the table cannot be sorted
 */
export function table(data: TableData, order?: Sorting): HTMLElement {
  const { caption, columns } = data;
  const rows = order ? sorted(data, order.now) : data.rows;
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, caption),
      h(
        "thead",
        {},
        h("tr", {}, ...columns.map((column) => headCell(column, order))),
      ),
      h("tbody", {}, ...rows.map((row) => bodyRow(row, columns))),
    ),
  );
}

/** The table as Markdown. */
export function asMarkdown(data: TableData, order: Order): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [
    line(data.columns.map(({ label }) => label)),
    line(data.columns.map(({ isNumber }) => (isNumber ? "---:" : "---"))),
    ...sorted(data, order).map(({ cells }) =>
      line(cells.map(({ text }) => text)),
    ),
  ].join("\n");
}

/** The table as comma-separated values; a field that a spreadsheet would take for a formula is quoted with an apostrophe. */
export function asCsv(data: TableData, order: Order): string {
  const field = (text: string): string => {
    const plain = text.replaceAll("−", "-");
    const safe =
      /^[=+@\t\r]/.test(plain) && !/^[+-][\d.]+/.test(plain)
        ? `'${plain}`
        : plain;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [
    data.columns.map(({ label }) => field(label)).join(","),
    ...sorted(data, order).map(({ cells }) =>
      cells.map(({ text }) => field(text)).join(","),
    ),
  ].join("\n");
}

/** A button that copies a text. */
export function copyButton(label: string, text: () => string): HTMLElement {
  const button = h(
    "button",
    {
      class: "quiet",
      click: () => {
        void navigator.clipboard
          .writeText(text())
          .then(() => (button.textContent = "Copied"))
          .catch(() => (button.textContent = "Copying is not allowed here"))
          .finally(() => setTimeout(() => (button.textContent = label), 2000));
      },
    },
    label,
  );
  return button;
}
