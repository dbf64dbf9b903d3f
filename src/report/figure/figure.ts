/** A figure: panels drawn by Observable Plot, put together with title, legend and caption as one static SVG text. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { printable, writeFileAtomically } from "../../io/index.js";
import { document, Plot, type PlotOptions } from "./plot.js";
import { roundSvg } from "./roundSvg.js";
import { type SeriesStyle } from "../models.js";
import {
  FAINT_INK,
  FONT_FAMILY,
  FONT_SIZE,
  GAP,
  INK,
  INNER_WIDTH,
  PADDING,
  WIDTH,
} from "./theme.js";
import { addTooltips } from "./tooltips.js";

/** One chart of a figure. */
export interface Panel {
  /** Options of `Plot.plot`; `width`, `document` and fonts are set by the figure. */
  options: PlotOptions;
  /** Text above the panel. */
  title?: string;
  /** Pixels; by default the width of the figure divided by the number of columns. */
  width?: number;
}

/** What a figure is made of. */
export interface FigureOptions {
  panels: readonly Panel[];
  title?: string;
  /** What is shown, with n, seed count and kind of interval. */
  caption?: string;
  legend?: readonly SeriesStyle[];
  /** Panels in a row, default 1. */
  columns?: number;
}

/** A finished figure. */
export interface Figure {
  /** The whole SVG document as text. */
  svg: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Write the SVG to a file; its folder is made when missing. */
  save(path: string): void;
}

const LINE = 16;
const LEGEND_SAMPLE = 34;

/**
 * Put panels, legend and caption together.
 *
 * @throws RangeError there is no panel
 * @example
 * figure({ title: "Squares", panels: [{ options: { marks: [Plot.lineY([0, 1, 4, 9])] } }] }).svg
 */
export function figure({
  panels,
  title,
  caption,
  legend = [],
  columns = 1,
}: FigureOptions): Figure {
  if (panels.length === 0)
    throw new RangeError("figure: panels must not be empty, got 0 panels");
  const parts: string[] = [];
  let y = 0;
  if (title !== undefined) {
    parts.push(text(0, y + 14, title, `font-size="14" font-weight="bold"`));
    y += 26;
  }
  // A hole at the end of the last row is the natural place of the legend; otherwise it runs above the panels.
  const hole = panels.length % columns !== 0;
  if (legend.length > 0 && !hole) {
    const row = legendRow(legend);
    parts.push(group(0, y, row.svg));
    y += row.height + 6;
  }
  const cell = (INNER_WIDTH - GAP * (columns - 1)) / columns;
  for (let start = 0; start < panels.length; start += columns) {
    let x = 0;
    let rowHeight = 0;
    for (const panel of panels.slice(start, start + columns)) {
      const width = panel.width ?? cell;
      const drawn = drawPanel(panel, width);
      parts.push(group(x, y, drawn.svg));
      x += width + GAP;
      rowHeight = Math.max(rowHeight, drawn.height);
    }
    if (legend.length > 0 && hole && start + columns >= panels.length) {
      parts.push(group(x + 24, y + 24, legendColumn(legend)));
      rowHeight = Math.max(rowHeight, 24 + legend.length * LINE);
    }
    y += rowHeight + GAP;
  }
  for (const line of wrap(caption ?? "", 104)) {
    parts.push(text(0, y + 10, line, `font-size="11" fill="${FAINT_INK}"`));
    y += 15;
  }
  const height = Math.ceil(y + 2 * PADDING);
  const svg = roundSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
      `font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}" fill="${INK}" color="${INK}">` +
      `<rect width="${WIDTH}" height="${height}" fill="white"/>${group(PADDING, PADDING, parts.join(""))}</svg>`,
  );
  return {
    svg,
    width: WIDTH,
    height,
    save: (path: string): void => save(path, svg),
  };
}

function drawPanel(
  panel: Panel,
  width: number,
): { svg: string; height: number } {
  addTooltips(panel.options.marks ?? []);
  const element = Plot.plot({
    ...panel.options,
    width,
    document: document(),
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: FONT_FAMILY },
  }) as unknown as { outerHTML: string; getAttribute(name: string): string };
  const height = Number(element.getAttribute("height"));
  // The svg element and its style sheet would let CSS of the page resize a nested chart: keep only what is drawn.
  const inner = element.outerHTML
    .replace(/^<svg[^>]*>/, "")
    .replace(/<\/svg>$/, "")
    .replace(/<style>[\s\S]*?<\/style>/, "");
  const chart = `<g text-anchor="middle" fill="currentColor">${inner}</g>`;
  if (panel.title === undefined) return { svg: chart, height };
  const left = panel.options.marginLeft ?? 40;
  const titled =
    text(left, 12, panel.title, `font-weight="bold"`) + group(0, LINE, chart);
  return { svg: titled, height: height + LINE };
}

function legendRow(items: readonly SeriesStyle[]): {
  svg: string;
  height: number;
} {
  let x = 0;
  let y = 0;
  let svg = "";
  for (const item of items) {
    const width = LEGEND_SAMPLE + 6 + item.label.length * 6.6 + 14;
    if (x > 0 && x + width > INNER_WIDTH) {
      x = 0;
      y += LINE;
    }
    svg += group(x, y, legendItem(item));
    x += width;
  }
  return { svg, height: y + LINE };
}

function legendColumn(items: readonly SeriesStyle[]): string {
  return items
    .map((item, i) => group(0, i * (LINE + 3), legendItem(item)))
    .join("");
}

function legendItem(item: SeriesStyle): string {
  const middle = LEGEND_SAMPLE / 2;
  const dash = item.dash === "none" ? "" : ` stroke-dasharray="${item.dash}"`;
  const sample = Plot.plot({
    width: LEGEND_SAMPLE,
    height: LINE,
    margin: 0,
    axis: null,
    document: document(),
    x: { type: "identity" },
    y: { type: "identity" },
    symbol: { type: "identity" },
    marks: [
      Plot.dot([[middle, LINE / 2]], {
        symbol: item.symbol,
        fill: item.color,
        r: 4,
      }),
    ],
  }) as unknown as { outerHTML: string };
  const marker = /<g[\s\S]*<\/g>/.exec(sample.outerHTML)?.[0] ?? "";
  return (
    `<path d="M0,${LINE / 2}H${LEGEND_SAMPLE}" stroke="${item.color}" stroke-width="2" fill="none"${dash}/>${marker}` +
    text(LEGEND_SAMPLE + 6, LINE / 2 + 4, item.label)
  );
}

function group(x: number, y: number, content: string): string {
  return `<g transform="translate(${x},${y})">${content}</g>`;
}

function text(
  x: number,
  y: number,
  content: string,
  attributes: string = "",
): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return printable(content)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

function wrap(content: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/).filter((part) => part !== "")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function save(path: string, svg: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomically(path, [Buffer.from(`${svg}\n`, "utf8")], {
    replaces: (head) =>
      head.startsWith("<svg ") && head.includes(`font-family="${FONT_FAMILY}"`),
    kind: "a figure of m2rl",
  });
}
