/** How much masks of changed weights overlap, and what chance and the size of the weights would give, by tolerance. */
import { type CurvePointRow, curves, type CurvesOptions } from "./curves.js";
import type { Figure } from "../figure/figure.js";
import type { SeriesStyle } from "../models.js";

/** One tolerance. */
export interface OverlapCurveRow {
  /** Panel that the point is in; absent for a single panel. */
  panel?: string;
  eta: number;
  /** Share of the weights that changed. */
  rate: number;
  /** Jaccard overlap of pairs, and its baselines; null for a single expert. */
  jaccard: number | null;
  givenMagnitude: number | null;
  shuffled: number | null;
  random: number | null;
}

const LINES: readonly [
  Exclude<keyof OverlapCurveRow, "panel" | "eta">,
  SeriesStyle,
][] = [
  [
    "rate",
    { label: "share changed", color: "#b6bdc6", dash: "1 3", symbol: "square" },
  ],
  [
    "random",
    {
      label: "independent masks",
      color: "#c9a66b",
      dash: "4 2",
      symbol: "diamond",
    },
  ],
  [
    "shuffled",
    {
      label: "updates shuffled",
      color: "#9a8fbf",
      dash: "2 2.5",
      symbol: "triangle",
    },
  ],
  [
    "givenMagnitude",
    {
      label: "by size of weight",
      color: "#3f7f5f",
      dash: "7 3",
      symbol: "square",
    },
  ],
  [
    "jaccard",
    { label: "experts", color: "#111111", dash: "none", symbol: "circle" },
  ],
];

/**
 * Overlap by η, beside its baselines and the share of changed weights.
 *
 * @throws RangeError there is no row
 * @example
 * overlapCurves([{ eta: 0.001, rate: 0.3, jaccard: 0.47, givenMagnitude: 0.46, shuffled: 0.46, random: 0.18 }])
 */
export function overlapCurves(
  rows: readonly OverlapCurveRow[],
  options: Pick<CurvesOptions, "title" | "caption" | "marks"> = {},
): Figure {
  const points = LINES.flatMap(([key, { label }]) =>
    rows.flatMap(({ panel, eta, [key]: y }): CurvePointRow[] =>
      y === null ? [] : [{ panel, series: label, x: eta, y }],
    ),
  );
  return curves(points, {
    xScale: "log",
    xLabel: "η",
    yLabel: "share, overlap",
    styles: Object.fromEntries(LINES.map(([, style]) => [style.label, style])),
    ...options,
  });
}
