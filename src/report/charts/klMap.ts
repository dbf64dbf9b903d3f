/** Which expert is close to which multi-domain model, on whose prompts (paper's Figure 4). */
import { figure, type Figure } from "../figure/figure.js";
import { distinct, panelGrid } from "../figure/grid.js";
import { Plot, type Markish } from "../figure/plot.js";
import type { Estimate } from "../table.js";
import { seriesStyle } from "../models.js";
import { INK } from "../figure/theme.js";

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
  /** ΔPerf: score of the model − score of the column's own expert, points; one number per model and column. */
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
 * A panel per model and a cell per expert (row) and domain of prompts (column); darker is farther, on one logarithmic scale. A thick
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
  const models = distinct(rows, (row) => row.model);
  const experts = distinct(rows, (row) => row.expert).map(labelOf);
  const data = distinct(rows, (row) => row.data).map(labelOf);
  const shade = shadeOf(rows);
  const grid = panelGrid(
    models,
    { columns, labels: LABELS },
    (model, { first }) => ({
      title: `to ${seriesStyle(model, models).label}`,
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
        marks: marksOf(
          rows.filter((row) => row.model === model),
          shade,
        ),
      },
    }),
  );
  return figure({ title, caption, ...grid });
}

function labelOf(domain: string): string {
  return seriesStyle(domain).label;
}

/** Position on the common logarithmic scale, 0 to 1. */
function shadeOf(rows: readonly KlRow[]): (row: KlRow) => number {
  const positive = rows.map(({ kl }) => kl).filter((kl) => kl > 0);
  const least = Math.min(...positive, 1);
  const most = Math.max(...positive, least * 10);
  return ({ kl }) =>
    Math.log(Math.max(kl, least) / least) / Math.log(most / least);
}

/** Whether the interval leaves out 0. */
function isSure({ change: { low, high } }: KlRow): boolean {
  return low !== undefined && high !== undefined && (low > 0 || high < 0);
}

/** The cells of one panel, their frames and numbers, and the line of changes below. */
function marksOf(
  rows: readonly KlRow[],
  shade: (row: KlRow) => number,
): Markish[] {
  const x = (row: KlRow): string => labelOf(row.data);
  const place = { x, y: (row: KlRow) => labelOf(row.expert) };
  const below = {
    x,
    y: () => CHANGE,
    text: (row: KlRow) => signed(row.change),
  };
  const frame = { ...place, fill: "none", stroke: INK };
  const changes = rows.filter(
    (row, j) => rows.findIndex(({ data }) => data === row.data) === j,
  );
  return [
    Plot.cell(rows, { ...place, fill: shade, inset: 1 }),
    Plot.cell(
      rows.filter((row) => row.expert !== row.data && row.neighbor),
      { ...frame, strokeWidth: 0.9, inset: 2 },
    ),
    Plot.cell(
      rows.filter((row) => row.expert === row.data),
      { ...frame, strokeWidth: 2.4, inset: 1 },
    ),
    Plot.text(rows, {
      ...place,
      text: (row: KlRow) => short(row.kl),
      // White numbers on the dark end.
      fill: (row: KlRow) => (shade(row) > 0.6 ? "white" : INK),
    }),
    Plot.text(changes.filter(isSure), { ...below, fontWeight: "bold" }),
    Plot.text(
      changes.filter((row) => !isSure(row)),
      below,
    ),
  ];
}
