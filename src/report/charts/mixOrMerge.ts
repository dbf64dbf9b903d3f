/** Quality beside cost of every way to make one model of five domains. */
import { figure, type Figure } from "../figure/figure.js";
import { seriesStyle } from "../models.js";
import { Plot } from "../figure/plot.js";
import { FAINT_INK, GAP, INNER_WIDTH } from "../figure/theme.js";

/** One way to make one model. */
export interface MixOrMergeRow {
  /** Name that fixes colour and marker, for example "multi", "ties". */
  model: string;
  label: string;
  /** Average over the benchmarks, percent. */
  score: number;
  /** Ends of the interval, percent. */
  low: number;
  high: number;
  /** Training cost as a ratio to training the five experts; null where it is not known. */
  cost: number | null;
}

/** A score that is drawn as a line to compare with. */
export interface ReferenceScore {
  label: string;
  /** Percent. */
  score: number;
}

/** Options of `mixOrMerge`. */
export interface MixOrMergeOptions {
  references?: readonly ReferenceScore[];
  title?: string;
  caption?: string;
}

const LABELS = 118;
const SCORES = 420;
const LINE_HEIGHT = 13;

/**
 * Left: average score with interval, best on top. Right: training cost as a ratio to the five experts together.
 *
 * @throws RangeError there is no row
 * @example
 * mixOrMerge([{ model: "multi", label: "Mixed", score: 66, low: 64, high: 68, cost: 0.8 }])
 */
export function mixOrMerge(
  rows: readonly MixOrMergeRow[],
  {
    references = [],
    title = "Mix or merge: quality and cost",
    caption,
  }: MixOrMergeOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("mixOrMerge: rows must not be empty, got 0 rows");
  const sorted = [...rows].sort((a, b) => b.score - a.score);
  const models = sorted.map((row) => row.model);
  const above = 12 + LINE_HEIGHT * references.length;
  const shared = {
    height: 56 + above + sorted.length * 22,
    marginTop: above,
    marginBottom: 40,
  };
  const y = {
    type: "point" as const,
    domain: sorted.map((row) => row.label),
    label: null,
    tickSize: 0,
    padding: 0.6,
  };
  const costs = sorted.filter((row) => row.cost !== null);
  return figure({
    title,
    caption,
    columns: 2,
    panels: [
      {
        width: SCORES,
        options: {
          ...shared,
          marginLeft: LABELS,
          x: {
            label: "average score (%)",
            labelAnchor: "center",
            labelArrow: "none",
            grid: true,
            nice: true,
            insetLeft: 8,
            insetRight: 8,
          },
          y,
          symbol: { type: "identity" },
          marks: [
            Plot.ruleX(references, {
              x: "score",
              stroke: FAINT_INK,
              strokeDasharray: "3 3",
            }),
            // One above the other: labels of close scores would overlap side by side.
            ...references.map((reference, i) =>
              Plot.text([reference], {
                x: "score",
                text: "label",
                frameAnchor: "top",
                dy: -8 - LINE_HEIGHT * i,
                fill: FAINT_INK,
              }),
            ),
            ...sorted.flatMap((row) => {
              const style = seriesStyle(row.model, models);
              return [
                Plot.ruleY([row], {
                  y: "label",
                  x1: "low",
                  x2: "high",
                  stroke: style.color,
                  strokeWidth: 2,
                }),
                Plot.dot([row], {
                  x: "score",
                  y: "label",
                  symbol: style.symbol,
                  fill: style.color,
                  r: 4.5,
                }),
              ];
            }),
          ],
        },
      },
      {
        width: INNER_WIDTH - SCORES - GAP,
        options: {
          ...shared,
          marginLeft: 4,
          marginRight: 40,
          x: {
            label: "cost (ratio to five experts)",
            labelAnchor: "center",
            labelArrow: "none",
            grid: true,
            zero: true,
            ticks: 4,
          },
          y: { ...y, axis: null },
          marks: [
            Plot.ruleX([1], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
            Plot.ruleY(costs, {
              y: "label",
              x1: 0,
              x2: "cost",
              stroke: (row: MixOrMergeRow) =>
                seriesStyle(row.model, models).color,
              strokeWidth: 9,
            }),
            Plot.text(costs, {
              x: "cost",
              y: "label",
              text: (row: MixOrMergeRow) => `${row.cost!.toFixed(2)}×`,
              textAnchor: "start",
              dx: 5,
            }),
            Plot.ruleX([0]),
          ],
        },
      },
    ],
  });
}
