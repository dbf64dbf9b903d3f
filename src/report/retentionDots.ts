/** What merges keep of their experts' gains, for several families of experts side by side. */
import { figure, type Figure, type Panel } from "./figure.js";
import { seriesStyle } from "./models.js";
import { Plot } from "./plot.js";
import { FAINT_INK, GAP, INNER_WIDTH } from "./theme.js";

/** One merge of one family. */
export interface RetentionDot {
  /** Name that fixes colour and marker: a family of experts. */
  family: string;
  /** Name of the panel: a merge. */
  merge: string;
  /** (merged − SFT) / (experts − SFT), percent. */
  kept: number;
  low: number;
  high: number;
}

/** Options of `retentionDots`. */
export interface RetentionDotsOptions {
  title?: string;
  caption?: string;
  /** Panels in a row, default 3. */
  columns?: number;
}

const LABELS = 128;
const INSET = 12;

/**
 * A panel a merge and a line a family: dot and interval; dashed uprights at 0 (nothing kept) and 100 (everything kept).
 *
 * @throws RangeError there is no row
 * @example
 * retentionDots([{ family: "rl", merge: "TIES", kept: 70, low: 60, high: 80 }])
 */
export function retentionDots(
  rows: readonly RetentionDot[],
  {
    title = "What merges keep of their experts' gains",
    caption,
    columns = 3,
  }: RetentionDotsOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("retentionDots: rows must not be empty, got 0 rows");
  const families = [...new Set(rows.map((row) => row.family))];
  const merges = [...new Set(rows.map((row) => row.merge))];
  const across = Math.min(columns, merges.length);
  const inner = (INNER_WIDTH - LABELS - (GAP + INSET) * (across - 1)) / across;
  const label = (row: RetentionDot): string =>
    seriesStyle(row.family, families).label;
  const ends = rows.flatMap((row) => [row.low, row.high]);
  const panels = merges.map((merge, i): Panel => {
    const first = i % across === 0;
    const own = rows.filter((row) => row.merge === merge);
    return {
      title: merge,
      width: first ? inner + LABELS : inner + INSET,
      options: {
        height: 46 + families.length * 20,
        marginLeft: first ? LABELS : INSET,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: 38,
        x: {
          domain: [Math.min(0, ...ends), Math.max(100, ...ends)],
          ticks: 4,
          grid: true,
          label: "gain kept (%)",
          labelAnchor: "center",
          labelArrow: "none",
        },
        y: {
          type: "point",
          domain: families.map((name) => seriesStyle(name, families).label),
          label: null,
          axis: first ? "left" : null,
          tickSize: 0,
        },
        symbol: { type: "identity" },
        marks: [
          Plot.ruleX([0, 100], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
          ...own.flatMap((row) => {
            const { color, symbol } = seriesStyle(row.family, families);
            return [
              Plot.ruleY([row], {
                y: label,
                x1: "low",
                x2: "high",
                stroke: color,
                strokeWidth: 1.8,
              }),
              Plot.dot([row], {
                x: "kept",
                y: label,
                symbol,
                fill: color,
                r: 3.4,
              }),
            ];
          }),
        ],
      },
    };
  });
  return figure({ title, panels, columns: across, caption });
}
