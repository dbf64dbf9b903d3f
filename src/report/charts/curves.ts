/** Lines over a number, one or more panels on the same scales. */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct, seriesLine } from "../figure/grid.js";
import { type SeriesStyle, seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";

/** One point of a line. */
export interface CurvePointRow {
  /** Panel that the point is in; absent for a single panel. */
  panel?: string;
  /** Name of the line. */
  series: string;
  x: number;
  y: number;
  /** Ends of an interval; both or none. */
  low?: number;
  high?: number;
}

/** Options of `curves`. */
export interface CurvesOptions {
  title?: string;
  caption?: string;
  xLabel?: string;
  yLabel?: string;
  xScale?: "linear" | "log";
  /** Ends of the y-axis, default 0 to 1. */
  yDomain?: readonly [number, number];
  /** Draw a dashed upright at these x, with their text. */
  marks?: readonly { x: number; label: string }[];
  /** Panels in a row, default 2 at most. */
  columns?: number;
  /** Looks of lines that the theme does not know. */
  styles?: Readonly<Record<string, SeriesStyle>>;
}

const LOG_TICKS = {
  ticks: 4,
  tickFormat: (x: number): string => `${Number(x.toPrecision(1))}`,
};

/**
 * One line per series, in the order in which their names first appear.
 *
 * @throws RangeError there is no row
 * @example
 * curves([{ series: "math", x: 0.001, y: 0.9 }, { series: "math", x: 0.01, y: 0.5 }], { xScale: "log" })
 */
export function curves(
  rows: readonly CurvePointRow[],
  {
    title,
    caption,
    xLabel,
    yLabel,
    xScale = "linear",
    yDomain = [0, 1],
    marks = [],
    columns,
    styles = {},
  }: CurvesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("curves: rows must not be empty, got 0 rows");
  const panels = distinct(rows, ({ panel }) => panel ?? "");
  const names = distinct(rows, ({ series }) => series);
  const xs = rows.map((row) => row.x);
  const across = columns ?? Math.min(2, panels.length);
  const styleOf = (name: string): SeriesStyle =>
    styles[name] ?? seriesStyle(name, names);
  return figure({
    title,
    caption,
    columns: across,
    legend: names.map(styleOf),
    panels: panels.map((panel, i) => {
      const own = rows.filter((row) => (row.panel ?? "") === panel);
      return {
        title: panel === "" ? undefined : panel,
        options: {
          height: 220,
          marginLeft: 46,
          marginTop: 18,
          marginBottom: 38,
          marginRight: 8,
          x: axis(xLabel, {
            type: xScale,
            domain: [Math.min(...xs), Math.max(...xs)],
            inset: 6,
            ...(xScale === "log" && LOG_TICKS),
          }),
          y: axis(i % across === 0 ? yLabel : null, {
            domain: [...yDomain],
            grid: true,
            ticks: 5,
          }),
          symbol: { type: "identity" },
          marks: [...uprights(marks), ...linesOf(own, names, styleOf)],
        },
      };
    }),
  });
}

function linesOf(
  rows: readonly CurvePointRow[],
  names: readonly string[],
  styleOf: (name: string) => SeriesStyle,
): Markish[] {
  return names.flatMap((name) =>
    seriesLine(
      rows.filter((row) => row.series === name).sort((a, b) => a.x - b.x),
      { x: "x", y: "y", style: styleOf(name) },
    ),
  );
}

/** Dashed uprights with their names above the plot. */
function uprights(marks: NonNullable<CurvesOptions["marks"]>): Markish[] {
  return [
    Plot.ruleX(marks, { x: "x", stroke: FAINT_INK, strokeDasharray: "3 3" }),
    Plot.text(marks, {
      x: "x",
      text: "label",
      frameAnchor: "top",
      dy: -14,
      fill: FAINT_INK,
    }),
  ];
}
