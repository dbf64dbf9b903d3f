/** Quality beside cost of every way to make one model of five domains. */
import { figure, type Figure, type Panel } from "../figure/figure.js";
import { axis, intervalDot, nameAxis } from "../figure/grid.js";
import { type SeriesStyle, seriesStyle } from "../models.js";
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
  const above = 12 + LINE_HEIGHT * references.length;
  const layout: Layout = {
    size: {
      height: 56 + above + sorted.length * 22,
      marginTop: above,
      marginBottom: 40,
    },
    labels: sorted.map((row) => row.label),
    styleOf: stylesOf(sorted),
  };
  return figure({
    title,
    caption,
    columns: 2,
    panels: [
      scorePanel(sorted, references, layout),
      costPanel(
        sorted.filter((row) => row.cost !== null),
        layout,
      ),
    ],
  });
}

/** What both panels share. */
interface Layout {
  size: { height: number; marginTop: number; marginBottom: number };
  labels: string[];
  styleOf: (row: MixOrMergeRow) => SeriesStyle;
}

function stylesOf(rows: readonly MixOrMergeRow[]): Layout["styleOf"] {
  const models = rows.map(({ model }) => model);
  return ({ model }) => seriesStyle(model, models);
}

function scorePanel(
  rows: readonly MixOrMergeRow[],
  references: readonly ReferenceScore[],
  { size, labels, styleOf }: Layout,
): Panel {
  return {
    width: SCORES,
    options: {
      ...size,
      marginLeft: LABELS,
      x: axis("average score (%)", {
        grid: true,
        nice: true,
        insetLeft: 8,
        insetRight: 8,
      }),
      y: nameAxis(labels, true, { padding: 0.6 }),
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
        ...rows.flatMap((row) =>
          intervalDot(row, {
            x: "score",
            y: "label",
            style: styleOf(row),
            r: 4.5,
            strokeWidth: 2,
          }),
        ),
      ],
    },
  };
}

function costPanel(
  rows: readonly MixOrMergeRow[],
  { size, labels, styleOf }: Layout,
): Panel {
  return {
    width: INNER_WIDTH - SCORES - GAP,
    options: {
      ...size,
      marginLeft: 4,
      marginRight: 40,
      x: axis("cost (ratio to five experts)", {
        grid: true,
        zero: true,
        ticks: 4,
      }),
      y: nameAxis(labels, false, { padding: 0.6 }),
      marks: [
        Plot.ruleX([1], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
        Plot.ruleY(rows, {
          y: "label",
          x1: 0,
          x2: "cost",
          stroke: (row: MixOrMergeRow) => styleOf(row).color,
          strokeWidth: 9,
        }),
        Plot.text(rows, {
          x: "cost",
          y: "label",
          text: (row: MixOrMergeRow) => `${row.cost!.toFixed(2)}×`,
          textAnchor: "start",
          dx: 5,
        }),
        Plot.ruleX([0]),
      ],
    },
  };
}
