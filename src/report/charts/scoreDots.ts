/** Scores of models with intervals, one panel per benchmark: the picture of the main table (paper's Table 3). */
import { figure, type Figure } from "../figure/figure.js";
import {
  axis,
  distinct,
  intervalDot,
  nameAxis,
  panelGrid,
} from "../figure/grid.js";
import { seriesStyle } from "../models.js";
import { Plot } from "../figure/plot.js";

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
  const labels = distinct(rows, ({ label }) => label);
  const models = distinct(rows, ({ model }) => model);
  const grid = panelGrid(
    distinct(rows, ({ benchmark }) => benchmark),
    { columns, labels: LABELS, inset: INSET },
    (benchmark, { first, last, marginLeft }) => {
      const own = rows.filter((row) => row.benchmark === benchmark);
      return {
        title: benchmark,
        options: {
          height: 30 + labels.length * 17 + (last ? 14 : 0),
          marginLeft,
          marginRight: INSET,
          marginTop: 6,
          marginBottom: last ? 38 : 24,
          x: axis(last ? "score (%)" : null, {
            domain: [0, 100],
            ticks: [0, 50, 100],
            grid: true,
          }),
          y: nameAxis(labels, first),
          symbol: { type: "identity" },
          marks: [
            Plot.ruleY(own, { y: "label", stroke: "#eceff2" }),
            ...own.flatMap((row) =>
              intervalDot(row, {
                x: "score",
                y: "label",
                style: seriesStyle(row.model, models),
                r: 2.8,
              }),
            ),
          ],
        },
      };
    },
  );
  return figure({ title, caption, ...grid });
}
