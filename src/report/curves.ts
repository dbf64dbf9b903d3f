/** Lines over a number, one or more panels on the same scales. */
import { figure, type Figure } from "./figure.js";
import { type SeriesStyle, seriesStyle } from "./models.js";
import { Plot } from "./plot.js";

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

/**
 * One line a series, in the order in which their names first appear.
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
  const panels = [...new Set(rows.map((row) => row.panel ?? ""))];
  const series = [...new Set(rows.map((row) => row.series))];
  const xs = rows.map((row) => row.x);
  const across = columns ?? Math.min(2, panels.length);
  const styleOf = (name: string): SeriesStyle =>
    styles[name] ?? seriesStyle(name, series);
  return figure({
    title,
    caption,
    columns: across,
    legend: series.map(styleOf),
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
          x: {
            type: xScale,
            domain: [Math.min(...xs), Math.max(...xs)],
            inset: 6,
            label: xLabel ?? null,
            labelAnchor: "center",
            labelArrow: "none",
            ...(xScale === "log" && {
              ticks: 4,
              tickFormat: (x: number): string => `${Number(x.toPrecision(1))}`,
            }),
          },
          y: {
            domain: [...yDomain],
            grid: true,
            ticks: 5,
            label: i % across === 0 ? (yLabel ?? null) : null,
            labelAnchor: "center",
            labelArrow: "none",
          },
          symbol: { type: "identity" },
          marks: [
            Plot.ruleX(marks, {
              x: "x",
              stroke: "#636c76",
              strokeDasharray: "3 3",
            }),
            Plot.text(marks, {
              x: "x",
              text: "label",
              frameAnchor: "top",
              dy: -14,
              fill: "#636c76",
            }),
            ...series.flatMap((name) => {
              const style = styleOf(name);
              const line = own
                .filter((row) => row.series === name)
                .sort((a, b) => a.x - b.x);
              return [
                Plot.ruleX(
                  line.filter((row) => row.low !== undefined),
                  {
                    x: "x",
                    y1: "low",
                    y2: "high",
                    stroke: style.color,
                    strokeOpacity: 0.5,
                  },
                ),
                Plot.line(line, {
                  x: "x",
                  y: "y",
                  stroke: style.color,
                  strokeDasharray: style.dash,
                  strokeWidth: 1.8,
                }),
                Plot.dot(line, {
                  x: "x",
                  y: "y",
                  symbol: style.symbol,
                  fill: style.color,
                  r: 3,
                }),
              ];
            }),
          ],
        },
      };
    }),
  });
}
