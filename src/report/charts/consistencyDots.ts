/** How far the gains of multi-domain models are those of the experts (paper's Figure 5), and how far chance alone would take them. */
import { figure, type Figure } from "../figure/figure.js";
import {
  axis,
  distinct,
  intervalDot,
  nameAxis,
  panelGrid,
} from "../figure/grid.js";
import { seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";

/** Gain consistency of one model on one benchmark. */
export interface ConsistencyDot {
  /** Name that fixes colour and marker. */
  model: string;
  /** Text on the axis. */
  label: string;
  /** Name of the panel. */
  benchmark: string;
  /** Cosine with the union of the experts' gains, in [0, 1]. */
  cosine: number;
  low: number;
  high: number;
  /** Cosine that chance gives: its mean, and the level that 2.5 % of chance exceeds. */
  chance: number;
  chanceHigh: number;
  /** Cosine of the unions of two seeds; null where it is not known. */
  retrained?: number | null;
}

/** Options of `consistencyDots`. */
export interface ConsistencyDotsOptions {
  /** Panels in a row, default 3. */
  columns?: number;
  title?: string;
  caption?: string;
}

const LABELS = 66;
const INSET = 10;
const ROW = 18;

/**
 * A panel per benchmark and a line per model: dot and interval of the cosine; a grey bar is what chance gives (from its mean to its
 * upper end), a dashed line the unions of two seeds against each other.
 *
 * @throws RangeError there is no row
 * @example
 * consistencyDots([{ model: "ties", label: "TIES", benchmark: "HLE", cosine: 0.9, low: 0.8, high: 0.95, chance: 0.5, chanceHigh: 0.6 }])
 */
export function consistencyDots(
  rows: readonly ConsistencyDot[],
  {
    columns = 3,
    title = "Gain consistency with the union of the experts",
    caption,
  }: ConsistencyDotsOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("consistencyDots: rows must not be empty, got 0 rows");
  const labels = distinct(rows, ({ label }) => label);
  const models = distinct(rows, ({ model }) => model);
  const least = Math.min(...rows.map((row) => Math.min(row.low, row.chance)));
  const grid = panelGrid(
    distinct(rows, ({ benchmark }) => benchmark),
    { columns, labels: LABELS, inset: INSET },
    (benchmark, { first, last, marginLeft }) => ({
      title: benchmark,
      options: {
        height: 30 + labels.length * ROW + (last ? 14 : 0),
        marginLeft,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: last ? 38 : 24,
        x: axis(last ? "cosine" : null, {
          domain: [Math.floor(10 * least) / 10, 1],
          ticks: 4,
          grid: true,
        }),
        y: nameAxis(labels, first),
        symbol: { type: "identity" },
        marks: marksOf(
          rows.filter((row) => row.benchmark === benchmark),
          models,
        ),
      },
    }),
  );
  return figure({ title, caption, ...grid });
}

/** Chance in grey, what retraining gives as an upright, and the models. */
function marksOf(
  rows: readonly ConsistencyDot[],
  models: readonly string[],
): Markish[] {
  const { retrained } = rows[0]!;
  return [
    Plot.ruleY(rows, {
      y: "label",
      x1: "chance",
      x2: "chanceHigh",
      stroke: "#d3d8de",
      strokeWidth: 9,
    }),
    ...(retrained === null || retrained === undefined
      ? []
      : [
          Plot.ruleX([retrained], {
            stroke: FAINT_INK,
            strokeDasharray: "3 3",
          }),
        ]),
    ...rows.flatMap((row) =>
      intervalDot(row, {
        x: "cosine",
        y: "label",
        style: seriesStyle(row.model, models),
        r: 3.2,
      }),
    ),
  ];
}
