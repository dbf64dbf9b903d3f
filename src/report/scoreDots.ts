/** Scores of models with intervals, one panel a benchmark: the picture of the main table (paper's Table 3). */
import { figure, type Figure, type Panel } from "./figure.js";
import { seriesStyle } from "./models.js";
import { Plot } from "./plot.js";
import { GAP, INNER_WIDTH } from "./theme.js";

/** Score of one model on one benchmark. */
export interface ScoreRow {
  /** Name that fixes colour and marker: a domain, "base", "sft", "multi", or a merge method. */
  model: string;
  /** Text on the axis. */
  label: string;
  /** Name of the panel. */
  benchmark: string;
  /** Percent. */
  score: number;
  /** Ends of the interval, percent. */
  low: number;
  high: number;
}

/** Options of `scoreDots`. */
export interface ScoreDotsOptions {
  title?: string;
  caption?: string;
  /** Panels in a row, default 5. */
  columns?: number;
}

const LABELS = 86;
const INSET = 12;

/**
 * A dot and an interval for each model, on the same scale in every panel; models and panels keep the order of the rows.
 *
 * @throws RangeError there is no row
 * @example
 * scoreDots([{ model: "sft", label: "SFT", benchmark: "HLE → nano", score: 25, low: 19, high: 32 }])
 */
export function scoreDots(
  rows: readonly ScoreRow[],
  {
    title = "Scores by benchmark",
    caption,
    columns = 5,
  }: ScoreDotsOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("scoreDots: rows must not be empty, got 0 rows");
  const labels = [...new Set(rows.map((row) => row.label))];
  const models = [...new Set(rows.map((row) => row.model))];
  const benchmarks = [...new Set(rows.map((row) => row.benchmark))];
  const across = Math.min(columns, benchmarks.length);
  const inner = (INNER_WIDTH - LABELS - (GAP + INSET) * (across - 1)) / across;
  const panels = benchmarks.map((benchmark, i): Panel => {
    const first = i % across === 0;
    const own = rows.filter((row) => row.benchmark === benchmark);
    return {
      title: benchmark,
      width: first ? inner + LABELS : inner + INSET,
      options: {
        height:
          30 + labels.length * 17 + (i + across >= benchmarks.length ? 14 : 0),
        marginLeft: first ? LABELS : INSET,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: i + across >= benchmarks.length ? 38 : 24,
        x: {
          domain: [0, 100],
          ticks: [0, 50, 100],
          grid: true,
          label: i + across >= benchmarks.length ? "score (%)" : null,
          labelAnchor: "center",
          labelArrow: "none",
        },
        y: {
          type: "point",
          domain: labels,
          label: null,
          axis: first ? "left" : null,
          tickSize: 0,
        },
        symbol: { type: "identity" },
        marks: [
          Plot.ruleY(own, { y: "label", stroke: "#eceff2" }),
          ...own.flatMap((row) => {
            const style = seriesStyle(row.model, models);
            return [
              Plot.ruleY([row], {
                y: "label",
                x1: "low",
                x2: "high",
                stroke: style.color,
                strokeWidth: 1.8,
              }),
              Plot.dot([row], {
                x: "score",
                y: "label",
                symbol: style.symbol,
                fill: style.color,
                r: 2.8,
              }),
            ];
          }),
        ],
      },
    };
  });
  return figure({ title, panels, columns: across, caption });
}
