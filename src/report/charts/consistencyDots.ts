/** How far the gains of multi-domain models are those of the experts (paper's Figure 5), and how far chance alone would take them. */
import { figure, type Figure } from "../figure/figure.js";
import {
  axis,
  distinct,
  intervalDot,
  nameAxis,
  panelGrid,
} from "../figure/grid.js";
import { benchmarkLabel } from "../labels.js";
import { modelLabel, seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";

/** Gain consistency of one model on one benchmark: the fields of `study.ConsistencyRow` that are drawn. */
export interface ConsistencyDot {
  model: string;
  benchmark: string;
  /** Cosine with the union of the experts' gains, in [0, 1]; null where too few items were gained, and nothing is drawn. */
  cosine: { mean: number; low: number; high: number } | null;
  /** Cosine that chance gives. */
  chance: { mean: number } | null;
  /** The same among items of equal SFT score: the level that 2.5 % of it exceeds. */
  chanceGivenSft: { high: number } | null;
  /** Cosine of the unions of two seeds; null where it is not known. */
  retrained: number | null;
}

/** One dot with the texts of its place. */
interface Drawn {
  model: string;
  label: string;
  benchmark: string;
  cosine: number;
  low: number;
  high: number;
  chance: number;
  chanceHigh: number;
  retrained: number | null;
}

function drawn(rows: readonly ConsistencyDot[]): Drawn[] {
  return rows.flatMap(({ cosine, chance, chanceGivenSft, ...row }) =>
    cosine === null || chance === null || chanceGivenSft === null
      ? []
      : [
          {
            model: row.model,
            label: modelLabel(row.model),
            benchmark: benchmarkLabel(row.benchmark),
            cosine: cosine.mean,
            low: cosine.low,
            high: cosine.high,
            chance: chance.mean,
            chanceHigh: chanceGivenSft.high,
            retrained: row.retrained,
          },
        ],
  );
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
 * upper end among items of equal SFT score), a dashed line the unions of two seeds against each other.
 *
 * @throws RangeError there is no row with a cosine
 * @example
 * consistencyDots([{ model: "ties", benchmark: "hle", cosine: { mean: 0.9, low: 0.8, high: 0.95 }, chance: { mean: 0.5 },
 *   chanceGivenSft: { high: 0.6 }, retrained: null }])
 */
export function consistencyDots(
  given: readonly ConsistencyDot[],
  {
    columns = 3,
    title = "Gain consistency with the union of the experts",
    caption,
  }: ConsistencyDotsOptions = {},
): Figure {
  const rows = drawn(given);
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
function marksOf(rows: readonly Drawn[], models: readonly string[]): Markish[] {
  const { retrained } = rows[0]!;
  return [
    Plot.ruleY(rows, {
      y: "label",
      x1: "chance",
      x2: "chanceHigh",
      stroke: "#d3d8de",
      strokeWidth: 9,
    }),
    ...(retrained === null
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
