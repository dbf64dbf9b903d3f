/** What merges keep of their experts' gains, for several paradigms of experts side by side. */
import { figure, type Figure } from "../figure/figure.js";
import {
  axis,
  distinct,
  intervalDot,
  nameAxis,
  panelGrid,
} from "../figure/grid.js";
import { seriesStyle, type SeriesStyle } from "../models.js";
import { Plot } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";

/** One merge of one paradigm. */
export interface RetentionDot {
  /** Name that fixes colour and marker: a paradigm of experts. */
  paradigm: string;
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
 * A panel a merge and a line a paradigm: dot and interval; dashed uprights at 0 (nothing kept) and 100 (everything kept).
 *
 * @throws RangeError there is no row
 * @example
 * retentionDots([{ paradigm: "rl", merge: "TIES", kept: 70, low: 60, high: 80 }])
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
  const paradigms = distinct(rows, ({ paradigm }) => paradigm);
  const styleOf = (paradigm: string): SeriesStyle =>
    seriesStyle(paradigm, paradigms);
  const ends = rows.flatMap((row) => [row.low, row.high]);
  const grid = panelGrid(
    distinct(rows, ({ merge }) => merge),
    { columns, labels: LABELS, inset: INSET },
    (merge, { first, marginLeft }) => ({
      title: merge,
      options: {
        height: 46 + paradigms.length * 20,
        marginLeft,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: 38,
        x: axis("gain kept (%)", {
          domain: [Math.min(0, ...ends), Math.max(100, ...ends)],
          ticks: 4,
          grid: true,
        }),
        y: nameAxis(
          paradigms.map((paradigm) => styleOf(paradigm).label),
          first,
        ),
        symbol: { type: "identity" },
        marks: [
          Plot.ruleX([0, 100], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
          ...rows
            .filter((row) => row.merge === merge)
            .flatMap((row) =>
              intervalDot(row, {
                x: "kept",
                y: ({ paradigm }) => styleOf(paradigm).label,
                style: styleOf(row.paradigm),
                r: 3.4,
              }),
            ),
        ],
      },
    }),
  );
  return figure({ title, caption, ...grid });
}
