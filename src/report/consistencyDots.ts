/** How far the gains of multi-domain models are those of the experts (paper's Figure 5), and how far chance alone would take them. */
import { figure, type Figure, type Panel } from "./figure.js";
import { seriesStyle } from "./models.js";
import { Plot } from "./plot.js";
import { FAINT_INK, GAP, INNER_WIDTH } from "./theme.js";

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
 * A panel a benchmark and a line a model: dot and interval of the cosine; a grey bar is what chance gives (from its mean to its
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
  const labels = [...new Set(rows.map((row) => row.label))];
  const models = [...new Set(rows.map((row) => row.model))];
  const benchmarks = [...new Set(rows.map((row) => row.benchmark))];
  const across = Math.min(columns, benchmarks.length);
  const inner = (INNER_WIDTH - LABELS - (GAP + INSET) * (across - 1)) / across;
  const least = Math.min(...rows.map((row) => Math.min(row.low, row.chance)));
  const panels = benchmarks.map((benchmark, i): Panel => {
    const first = i % across === 0;
    const last = i + across >= benchmarks.length;
    const own = rows.filter((row) => row.benchmark === benchmark);
    const retrained = own[0]!.retrained;
    return {
      title: benchmark,
      width: first ? inner + LABELS : inner + INSET,
      options: {
        height: 30 + labels.length * ROW + (last ? 14 : 0),
        marginLeft: first ? LABELS : INSET,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: last ? 38 : 24,
        x: {
          domain: [Math.floor(10 * least) / 10, 1],
          ticks: 4,
          grid: true,
          label: last ? "cosine" : null,
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
          Plot.ruleY(own, {
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
                x: "cosine",
                y: "label",
                symbol: style.symbol,
                fill: style.color,
                r: 3.2,
              }),
            ];
          }),
        ],
      },
    };
  });
  return figure({ title, panels, columns: across, caption });
}
