/** A self-contained page of text, tables and figures: one HTML file without scripts, fonts or anything to fetch. */
import { printable } from "../io/index.js";
import type { Figure } from "./figure/figure.js";
import { FONT_FAMILY, INK } from "./figure/theme.js";

/** A cell: numbers are shown with `digits`, null as a dash. */
export type PageCell = string | number | null;

/** A table of a page. */
export interface PageTable {
  columns: readonly string[];
  rows: readonly (readonly PageCell[])[];
  /** Decimals of numbers, default 3. */
  digits?: number;
}

/** One section of a page. */
export interface PageSection {
  title: string;
  /** Paragraphs above the rest. */
  text?: readonly string[];
  tables?: readonly PageTable[];
  figures?: readonly Figure[];
}

/** What a page holds. */
export interface PageOptions {
  title: string;
  /** Paragraphs under the title. */
  lead?: readonly string[];
  sections: readonly PageSection[];
}

/** What a page says of its origin; a file with it may be replaced by another page. */
export const GENERATOR: string = '<meta name="generator" content="m2rl">';

const STYLE = `
body { font: 15px/1.5 ${FONT_FAMILY}; color: ${INK}; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 0.15rem 0.6rem; border-bottom: 1px solid #d8dee4; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; }
`;

/**
 * The HTML text of a page.
 *
 * @example
 * page({ title: "Diff", sections: [{ title: "Rates", tables: [{ columns: ["model", "rate"], rows: [["math", 0.3]] }] }] })
 */
export function page({ title, lead = [], sections }: PageOptions): string {
  const parts = [
    `<h1>${escape(title)}</h1>`,
    ...lead.map((text) => `<p>${escape(text)}</p>`),
    ...sections.flatMap((section) => [
      `<h2>${escape(section.title)}</h2>`,
      ...(section.text ?? []).map((text) => `<p>${escape(text)}</p>`),
      ...(section.figures ?? []).map(({ svg }) => svg),
      ...(section.tables ?? []).map(tableOf),
    ]),
  ];
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n${GENERATOR}\n<title>${escape(title)}</title>\n` +
    `<style>${STYLE}</style>\n</head>\n<body>\n${parts.join("\n")}\n</body>\n</html>\n`
  );
}

function tableOf({ columns, rows, digits = 3 }: PageTable): string {
  const line = (cells: readonly string[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  const show = (cell: PageCell): string =>
    cell === null
      ? "–"
      : typeof cell === "number"
        ? cell.toFixed(digits)
        : escape(cell);
  return (
    `<div class="wide"><table>\n<thead>${line(columns.map(escape), "th")}</thead>\n<tbody>\n` +
    `${rows.map((row) => line(row.map(show), "td")).join("\n")}\n</tbody>\n</table></div>`
  );
}

function escape(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
