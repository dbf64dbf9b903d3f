/** Cosines of pairs of weight shifts: exact, and after the projection to a few dimensions with the error that it adds (paper's Figure 3). */
import { figure, type Figure, type Panel } from "./figure.js";
import { type SeriesStyle } from "./models.js";
import { Plot } from "./plot.js";
import { FAINT_INK, GAP, INK, INNER_WIDTH } from "./theme.js";

/** One pair of experts in one group of matrices. */
export interface ShiftCosineRow {
  /** Name of the panel. */
  panel: string;
  /** Text on the axis, such as "math – coding". */
  pair: string;
  /** Exact cosine. */
  exact: number;
  /** Cosine of what a projection left of the same vectors, and half the width of its interval. */
  projected: number;
  error: number;
}

/** Options of `shiftCosines`. */
export interface ShiftCosinesOptions {
  title?: string;
  caption?: string;
}

const EXACT: SeriesStyle = {
  label: "exact",
  color: INK,
  dash: "none",
  symbol: "circle",
};
const PROJECTED: SeriesStyle = {
  label: "projected, with its error",
  color: "#c2703d",
  dash: "none",
  symbol: "diamond",
};

const LABELS = 150;
const INSET = 12;
const ROW = 18;

/**
 * A panel a group of matrices and a line a pair: a dot for the exact cosine, a diamond with its interval for the projected one.
 *
 * @throws RangeError there is no row
 * @example
 * shiftCosines([{ panel: "attention", pair: "math – coding", exact: 0.12, projected: 0.15, error: 0.06 }])
 */
export function shiftCosines(
  rows: readonly ShiftCosineRow[],
  {
    title = "Cosine of weight shifts, exact and projected",
    caption,
  }: ShiftCosinesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("shiftCosines: rows must not be empty, got 0 rows");
  const pairs = [...new Set(rows.map((row) => row.pair))];
  const names = [...new Set(rows.map((row) => row.panel))];
  const inner =
    (INNER_WIDTH - LABELS - (GAP + INSET) * (names.length - 1)) / names.length;
  const ends = rows.flatMap(({ exact, projected, error }) => [
    0,
    exact,
    projected - error,
    projected + error,
  ]);
  const panels = names.map((name, i): Panel => {
    const own = rows.filter((row) => row.panel === name);
    return {
      title: name,
      width: i === 0 ? inner + LABELS : inner + INSET,
      options: {
        height: 46 + pairs.length * ROW,
        marginLeft: i === 0 ? LABELS : INSET,
        marginRight: INSET,
        marginTop: 6,
        marginBottom: 38,
        x: {
          domain: [Math.min(...ends), Math.max(...ends)],
          nice: true,
          ticks: 4,
          grid: true,
          label: "cosine",
          labelAnchor: "center",
          labelArrow: "none",
        },
        y: {
          type: "point",
          domain: pairs,
          label: null,
          axis: i === 0 ? "left" : null,
          tickSize: 0,
        },
        symbol: { type: "identity" },
        marks: [
          Plot.ruleX([0], { stroke: FAINT_INK }),
          Plot.ruleY(own, {
            y: "pair",
            x1: (row: ShiftCosineRow) => row.projected - row.error,
            x2: (row: ShiftCosineRow) => row.projected + row.error,
            stroke: PROJECTED.color,
            strokeWidth: 1.8,
          }),
          Plot.dot(own, {
            x: "projected",
            y: "pair",
            symbol: PROJECTED.symbol,
            fill: "white",
            stroke: PROJECTED.color,
            strokeWidth: 1.5,
            r: 3.6,
          }),
          Plot.dot(own, {
            x: "exact",
            y: "pair",
            symbol: EXACT.symbol,
            fill: EXACT.color,
            r: 2.6,
          }),
        ],
      },
    };
  });
  return figure({
    title,
    panels,
    columns: names.length,
    caption,
    legend: [EXACT, PROJECTED],
  });
}
