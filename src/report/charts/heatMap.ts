/** A heat map with its numbers: one or more panels on the same scale of colours. */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct, panelGrid } from "../figure/grid.js";
import { Plot, type Markish, type ScaleOptions } from "../figure/plot.js";
import { INK } from "../figure/theme.js";

/** One cell. */
export interface HeatRow {
  /** Panel that the cell is in; absent for a single panel. */
  panel?: string;
  /** Column and row. */
  x: string;
  y: string;
  value: number;
}

/** Options of `heatMap`. */
export interface HeatMapOptions {
  title?: string;
  caption?: string;
  /** Titles of the axes. */
  xLabel?: string;
  yLabel?: string;
  /** Ends of the scale of colours; by default the smallest and largest value. */
  domain?: readonly [number, number];
  /** Colours from faint to strong, or from one strong end through white to another, which then is at 0. Default "sequential". */
  scale?: "sequential" | "diverging";
  /** Decimals, default 2. */
  digits?: number;
  /** Names of columns and rows from the first on; default the order in which they appear. */
  order?: readonly string[];
  /** Panels in a row, default 2 at most. */
  columns?: number;
  /** Whether each row stands for the cell on the other side of the diagonal too, as a cosine of two experts does. Default false. */
  symmetric?: boolean;
}

const CELL = 27;
const LEFT = 78;
const SLIM = 10;

/**
 * Cells in the order in which their names first appear; the number in each cell is legible without the colours.
 *
 * @throws RangeError there is no row
 * @example
 * heatMap([{ x: "Q", y: "layer 0", value: 0.47 }], { domain: [0, 1] })
 */
export function heatMap(
  given: readonly HeatRow[],
  {
    title,
    caption,
    xLabel,
    yLabel,
    domain,
    scale = "sequential",
    digits = 2,
    order = [],
    columns,
    symmetric = false,
  }: HeatMapOptions = {},
): Figure {
  if (given.length === 0)
    throw new RangeError("heatMap: rows must not be empty, got 0 rows");
  const rows = symmetric
    ? given.flatMap((cell) => [cell, { ...cell, x: cell.y, y: cell.x }])
    : given;
  const panels = distinct(rows, ({ panel }) => panel ?? "");
  const inOrder = (names: readonly string[]): string[] => [
    ...new Set([...order.filter((name) => names.includes(name)), ...names]),
  ];
  const xs = inOrder(rows.map((row) => row.x));
  const ys = inOrder(rows.map((row) => row.y));
  const left = ys.every((y) => y.length <= 2) ? 34 : LEFT;
  const { color, strength } = colorScale(rows, scale, domain);
  const grid = panelGrid(
    panels,
    { columns: columns ?? 2, labels: left, inset: SLIM },
    (panel, { first, marginLeft }) => ({
      title: panel === "" ? undefined : panel,
      options: {
        height: 26 + ys.length * CELL + (xLabel === undefined ? 4 : 26),
        marginTop: 24,
        marginBottom: xLabel === undefined ? 6 : 28,
        marginLeft,
        marginRight: 2,
        x: { domain: xs, axis: "top", label: null, tickSize: 0, padding: 0.04 },
        y: axis(first ? yLabel : null, {
          domain: ys,
          axis: first ? "left" : null,
          tickSize: 0,
          padding: 0.06,
        }),
        color,
        marks: [
          ...cells(
            rows.filter((row) => (row.panel ?? "") === panel),
            digits,
            strength,
          ),
          ...(xLabel === undefined ? [] : [below(xLabel)]),
        ],
      },
    }),
  );
  return figure({ title, caption, ...grid });
}

/** The scale of colours that all panels share, and where a value stands on it: 0 is the faint end, 1 a strong one. */
function colorScale(
  rows: readonly HeatRow[],
  scale: NonNullable<HeatMapOptions["scale"]>,
  domain: HeatMapOptions["domain"],
): { color: ScaleOptions; strength: (value: number) => number } {
  const values = rows.map((row) => row.value);
  const [low, high] = domain ?? [Math.min(...values), Math.max(...values)];
  if (scale === "sequential")
    return {
      color: { type: "linear", scheme: "Blues", domain: [low, high] },
      strength: (value) => (value - low) / (high - low || 1),
    };
  const bound = Math.max(Math.abs(low), Math.abs(high), 1e-9);
  return {
    color: { type: "diverging", scheme: "PuOr", domain: [-bound, bound] },
    strength: (value) => Math.abs(value) / bound,
  };
}

function cells(
  rows: readonly HeatRow[],
  digits: number,
  strength: (value: number) => number,
): Markish[] {
  return [
    Plot.cell(rows, { x: "x", y: "y", fill: "value" }),
    Plot.text(rows, {
      x: "x",
      y: "y",
      text: ({ value }: HeatRow) => value.toFixed(digits),
      fill: ({ value }: HeatRow) => (strength(value) > 0.62 ? "white" : INK),
    }),
  ];
}

function below(label: string): Markish {
  return Plot.text([label], {
    frameAnchor: "bottom",
    dy: 20,
    text: (text: string) => text,
  });
}
