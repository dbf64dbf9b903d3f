/** Cosines of pairs of weight shifts: exact, and after the projection to a few dimensions with the error that it adds (paper's Figure 3). */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct, nameAxis, panelGrid } from "../figure/grid.js";
import { type SeriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK, INK } from "../figure/theme.js";

/** One pair of experts in one group of matrices. */
export interface ShiftCosineRow {
  /** Name of the panel. */
  panel: string;
  /** Text on the axis, such as "math – coding". */
  pair: string;
  /** Exact cosine. */
  exact: number;
  /** Cosine of what a projection left of the same vectors, and half the width of its interval. */
  projected: number;
  error: number;
}

/** Options of `shiftCosines`. */
export interface ShiftCosinesOptions {
  title?: string;
  caption?: string;
}

const EXACT: SeriesStyle = {
  label: "exact",
  color: INK,
  dash: "none",
  symbol: "circle",
};
const PROJECTED: SeriesStyle = {
  label: "projected, with its error",
  color: "#c2703d",
  dash: "none",
  symbol: "diamond",
};

const LABELS = 150;
const INSET = 12;
const ROW = 18;

/**
 * A panel a group of matrices and a line a pair: a dot for the exact cosine, a diamond with its interval for the projected one.
 *
 * @throws RangeError there is no row
 * @example
 * shiftCosines([{ panel: "attention", pair: "math – coding", exact: 0.12, projected: 0.15, error: 0.06 }])
 */
export function shiftCosines(
  rows: readonly ShiftCosineRow[],
  {
    title = "Cosine of weight shifts, exact and projected",
    caption,
  }: ShiftCosinesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("shiftCosines: rows must not be empty, got 0 rows");
  const pairs = distinct(rows, ({ pair }) => pair);
  const names = distinct(rows, ({ panel }) => panel);
  const ends = rows.flatMap(({ exact, projected, error }) => [
    0,
    exact,
    projected - error,
    projected + error,
  ]);
  const grid = panelGrid(
    names,
    { columns: names.length, labels: LABELS, inset: INSET },
    (name, { first, marginLeft }) => ({
      title: name,
      options: {
        height: 46 + pairs.length * ROW,
        marginLeft,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: 38,
        x: axis("cosine", {
          domain: [Math.min(...ends), Math.max(...ends)],
          nice: true,
          ticks: 4,
          grid: true,
        }),
        y: nameAxis(pairs, first),
        symbol: { type: "identity" },
        marks: marksOf(rows.filter((row) => row.panel === name)),
      },
    }),
  );
  return figure({ title, caption, ...grid, legend: [EXACT, PROJECTED] });
}

function marksOf(rows: readonly ShiftCosineRow[]): Markish[] {
  return [
    Plot.ruleX([0], { stroke: FAINT_INK }),
    Plot.ruleY(rows, {
      y: "pair",
      x1: (row: ShiftCosineRow) => row.projected - row.error,
      x2: (row: ShiftCosineRow) => row.projected + row.error,
      stroke: PROJECTED.color,
      strokeWidth: 1.8,
    }),
    Plot.dot(rows, {
      x: "projected",
      y: "pair",
      symbol: PROJECTED.symbol,
      fill: "white",
      stroke: PROJECTED.color,
      strokeWidth: 1.5,
      r: 3.6,
    }),
    Plot.dot(rows, {
      x: "exact",
      y: "pair",
      symbol: EXACT.symbol,
      fill: EXACT.color,
      r: 2.6,
    }),
  ];
}
