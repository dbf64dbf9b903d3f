/** Which expert is close to which multi-domain model, on whose prompts (paper's Figure 4). */
import { figure, type Figure, type Panel } from "../figure/figure.js";
import { Plot } from "../figure/plot.js";
import type { Estimate } from "../table.js";
import { seriesStyle } from "../models.js";
import { GAP, INK, INNER_WIDTH } from "../figure/theme.js";

/** Distance of one expert to one model on one domain's prompts. */
export interface KlRow {
  /** Multi-domain model: the panel. */
  model: string;
  /** Domain of the expert: the row. */
  expert: string;
  /** Domain of the prompts: the column. */
  data: string;
  /** KL divergence; the unit is the caption's to say. */
  kl: number;
  /** Whether the expert is a neighbour of the column's domain (Eq. 1). */
  neighbor: boolean;
  /** ΔPerf: score of the model − score of the column's own expert, points; one number a model and column. */
  change: Estimate;
}

/** Options of `klMap`. */
export interface KlMapOptions {
  /** Panels in a row, default 2. */
  columns?: number;
  title?: string;
  caption?: string;
}

const LABELS = 78;
const CELL = 26;
const CHANGE = "ΔPerf";

/** A number in three digits at most, so that small and large divergences fit the same cell. */
function short(value: number): string {
  if (value >= 99.5) return value.toFixed(0);
  return value >= 9.95 ? value.toFixed(1) : value.toFixed(2);
}

function signed({ mean }: Estimate): string {
  return `${mean < 0 ? "−" : "+"}${Math.abs(mean).toFixed(1)}`;
}

/**
 * A panel a model and a cell an expert (row) and domain of prompts (column); darker is farther, on one logarithmic scale. A thick
 * frame is the column's own expert, a thin one a neighbour by Eq. 1; the last line is ΔPerf, bold where its interval leaves out 0.
 *
 * @throws RangeError there is no row, or a divergence is negative
 * @example
 * klMap([{ model: "ties", expert: "math", data: "math", kl: 0.4, neighbor: true, change: { mean: -2, low: -5, high: 1 } }])
 */
export function klMap(
  rows: readonly KlRow[],
  {
    columns = 2,
    title = "KL divergence of each expert to a multi-domain model",
    caption,
  }: KlMapOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("klMap: rows must not be empty, got 0 rows");
  for (const { kl } of rows)
    if (!(kl >= 0))
      throw new RangeError(`klMap: kl must be at least 0, got ${kl}`);
  const models = [...new Set(rows.map((row) => row.model))];
  const label = (domain: string): string => seriesStyle(domain).label;
  const experts = [...new Set(rows.map((row) => row.expert))].map(label);
  const data = [...new Set(rows.map((row) => row.data))].map(label);
  const positive = rows.map(({ kl }) => kl).filter((kl) => kl > 0);
  const least = Math.min(...positive, 1);
  const most = Math.max(...positive, least * 10);
  // Position on the common logarithmic scale, 0 to 1; white numbers stand on the dark end.
  const shade = ({ kl }: KlRow): number =>
    Math.log(Math.max(kl, least) / least) / Math.log(most / least);
  const across = Math.min(columns, models.length);
  const inner = (INNER_WIDTH - LABELS - GAP * (across - 1)) / across;
  const place = {
    x: (row: KlRow) => label(row.data),
    y: (row: KlRow) => label(row.expert),
  };
  const panels = models.map((model, i): Panel => {
    const first = i % across === 0;
    const own = rows.filter((row) => row.model === model);
    const changes = own.filter(
      (row, j) => own.findIndex(({ data: d }) => d === row.data) === j,
    );
    const sure = ({ change: { low, high } }: KlRow): boolean =>
      low !== undefined && high !== undefined && (low > 0 || high < 0);
    const below = {
      x: place.x,
      y: () => CHANGE,
      text: (row: KlRow) => signed(row.change),
    };
    return {
      title: `to ${seriesStyle(model, models).label}`,
      width: first ? inner + LABELS : inner,
      options: {
        height: 34 + (experts.length + 1) * CELL,
        marginLeft: first ? LABELS : 2,
        marginRight: 2,
        marginTop: 28,
        marginBottom: 6,
        x: {
          domain: data,
          axis: "top",
          label: null,
          tickSize: 0,
          // Narrow columns: the one long name is cut.
          tickFormat: (name: string): string =>
            name.length > 9 ? `${name.slice(0, 5)}.` : name,
          padding: 0.04,
        },
        y: {
          domain: [...experts, CHANGE],
          axis: first ? "left" : null,
          label: null,
          tickSize: 0,
          padding: 0.08,
        },
        color: { type: "linear", scheme: "Purples", domain: [-0.1, 1.1] },
        marks: [
          Plot.cell(own, { ...place, fill: shade, inset: 1 }),
          Plot.cell(
            own.filter((row) => row.expert !== row.data && row.neighbor),
            { ...place, fill: "none", stroke: INK, strokeWidth: 0.9, inset: 2 },
          ),
          Plot.cell(
            own.filter((row) => row.expert === row.data),
            { ...place, fill: "none", stroke: INK, strokeWidth: 2.4, inset: 1 },
          ),
          Plot.text(own, {
            ...place,
            text: (row: KlRow) => short(row.kl),
            fill: (row: KlRow) => (shade(row) > 0.6 ? "white" : INK),
          }),
          Plot.text(changes.filter(sure), { ...below, fontWeight: "bold" }),
          Plot.text(
            changes.filter((row) => !sure(row)),
            below,
          ),
        ],
      },
    };
  });
  return figure({ title, caption, panels, columns: across });
}
