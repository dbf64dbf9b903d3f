/** How the score of each merge method depends on the size of what is added to the anchor. */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct, seriesLine } from "../figure/grid.js";
import type { ReferenceScore } from "./mixOrMerge.js";
import { seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";

/** Score of one merge. */
export interface MergeSizeRow {
  /** Merge method, which fixes colour and marker. */
  method: string;
  /** What lies on the x-axis: λ, or a size of the task vectors. */
  size: number;
  /** Average over the benchmarks, percent. */
  score: number;
  /** Ends of the interval, percent. */
  low?: number;
  high?: number;
}

/** Options of `mergeSize`. */
export interface MergeSizeOptions {
  /** Title of the x-axis, default "λ (scale of the merged task vector)". */
  xLabel?: string;
  references?: readonly ReferenceScore[];
  title?: string;
  caption?: string;
}

/** Pixels between the ends of the y-axis. */
const PLOT_HEIGHT = 240;

/** Least distance of two labels in pixels. */
const LINE_HEIGHT = 15;

/**
 * One line a method; dashed levels are models to compare with.
 *
 * @throws RangeError there is no row
 * @example
 * mergeSize([{ method: "ties", size: 0.5, score: 60 }, { method: "ties", size: 1, score: 65 }])
 */
export function mergeSize(
  rows: readonly MergeSizeRow[],
  {
    xLabel = "λ (scale of the merged task vector)",
    references = [],
    title = "Merge score by size",
    caption,
  }: MergeSizeOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("mergeSize: rows must not be empty, got 0 rows");
  const scores = [...rows, ...references].map((row) =>
    "high" in row && row.high !== undefined ? row.high : row.score,
  );
  const top = 10 * Math.ceil(Math.max(...scores, 1) / 10);
  const methods = distinct(rows, ({ method }) => method);
  return figure({
    title,
    caption,
    legend: methods.map((method) => seriesStyle(method, methods)),
    panels: [
      {
        options: {
          height: PLOT_HEIGHT + 60,
          marginTop: 20,
          marginLeft: 44,
          marginRight: 110,
          marginBottom: 40,
          x: axis(xLabel, { inset: 8 }),
          y: { label: "average score (%)", grid: true, domain: [0, top] },
          symbol: { type: "identity" },
          marks: [
            ...referenceLines(references, top),
            ...methods.flatMap((method) =>
              seriesLine(
                rows
                  .filter((row) => row.method === method)
                  .sort((a, b) => a.size - b.size),
                {
                  x: "size",
                  y: "score",
                  style: seriesStyle(method, methods),
                  strokeWidth: 2,
                  r: 4.5,
                },
              ),
            ),
          ],
        },
      },
    ],
  });
}

/** Levels to compare with, each with its name beside the plot. */
function referenceLines(
  references: readonly ReferenceScore[],
  top: number,
): Markish[] {
  return [
    Plot.ruleY(references, {
      y: "score",
      stroke: FAINT_INK,
      strokeDasharray: "3 3",
    }),
    Plot.text(spread(references, top), {
      y: "score",
      text: "label",
      frameAnchor: "right",
      textAnchor: "start",
      dx: 6,
      fill: FAINT_INK,
    }),
  ];
}

/** Labels of close levels are moved apart, from the lowest up. */
function spread(
  references: readonly ReferenceScore[],
  top: number,
): ReferenceScore[] {
  const gap = (LINE_HEIGHT / PLOT_HEIGHT) * top;
  const sorted = [...references].sort((a, b) => a.score - b.score);
  let last = -Infinity;
  return sorted.map(({ label, score }) => {
    last = Math.max(score, last + gap);
    return { label, score: last };
  });
}
