/** What charts are composed of: a grid of panels on shared axes, axes whose label stands in the middle, dots with intervals. */
import type { Panel } from "./figure.js";
import { Plot, type Markish, type ScaleOptions } from "./plot.js";
import { GAP, INNER_WIDTH } from "./theme.js";
import type { SeriesStyle } from "../../style.js";

/** Where a panel stands in its grid. */
export interface Place {
  /** First of its row: it shows the vertical axis. */
  first: boolean;
  /** Last of its column: it shows the label of the horizontal axis. */
  last: boolean;
  /** Pixels left of the plot: `labels` in the first panel of a row, `inset` in the others. */
  marginLeft: number;
}

/** Layout of `panelGrid`, in pixels. */
export interface GridOptions {
  /** Panels in a row at most. */
  columns: number;
  /** Room for the names of the vertical axis, beside the first panel of each row only. */
  labels: number;
  /** Room left of the other panels, default 0. */
  inset?: number;
}

/**
 * A panel per name, all plots of one width: the first of a row is wider by the names of the shared vertical axis.
 *
 * @example
 * panelGrid(["AIME'24", "HLE"], { columns: 2, labels: 80 }, (name, { marginLeft }) => ({ title: name, options: { marginLeft } }))
 */
export function panelGrid(
  names: readonly string[],
  { columns, labels, inset = 0 }: GridOptions,
  draw: (name: string, place: Place) => Omit<Panel, "width">,
): { panels: Panel[]; columns: number } {
  const across = Math.min(columns, names.length);
  const inner = (INNER_WIDTH - labels - (GAP + inset) * (across - 1)) / across;
  const panels = names.map((name, i): Panel => {
    const first = i % across === 0;
    const marginLeft = first ? labels : inset;
    const last = i + across >= names.length;
    return {
      ...draw(name, { first, last, marginLeft }),
      width: inner + marginLeft,
    };
  });
  return { panels, columns: across };
}

/** An axis of numbers whose label, if any, stands in the middle and has no arrow. */
export function axis(
  label: string | null | undefined,
  options: ScaleOptions = {},
): ScaleOptions {
  return {
    label: label ?? null,
    labelAnchor: "center",
    labelArrow: "none",
    ...options,
  };
}

/** A vertical axis of names, one line each; the names are written where `shown`. */
export function nameAxis(
  names: readonly string[],
  shown: boolean,
  options: ScaleOptions = {},
): ScaleOptions {
  return {
    type: "point",
    domain: names,
    label: null,
    axis: shown ? "left" : null,
    tickSize: 0,
    ...options,
  };
}

/** Names in the order in which rows first have them. */
export function distinct<Row>(
  rows: readonly Row[],
  of: (row: Row) => string,
): string[] {
  return [...new Set(rows.map(of))];
}

/** How `intervalDot` draws: fields or functions of the row, and sizes in pixels. */
export interface IntervalDotOptions<Row> {
  x: string;
  y: string | ((row: Row) => string);
  style: Pick<SeriesStyle, "color" | "symbol">;
  /** Radius of the dot. */
  r: number;
  /** Default 1.8. */
  strokeWidth?: number;
}

/** A dot on its interval, from the row's `low` to its `high`. */
export function intervalDot<Row extends object>(
  row: Row,
  { x, y, style, r, strokeWidth = 1.8 }: IntervalDotOptions<Row>,
): Markish[] {
  return [
    Plot.ruleY([row], {
      y,
      x1: "low",
      x2: "high",
      stroke: style.color,
      strokeWidth,
    }),
    Plot.dot([row], { x, y, symbol: style.symbol, fill: style.color, r }),
  ];
}

/** How `seriesLine` draws: fields of the rows, and sizes in pixels. */
export interface SeriesLineOptions {
  x: string;
  y: string;
  style: SeriesStyle;
  /** Default 1.8. */
  strokeWidth?: number;
  /** Radius of the dots, default 3. */
  r?: number;
  /** Opacity of the intervals, default 0.5. */
  opacity?: number;
  /** Shift of the intervals, so that those of several series do not hide each other; default none. */
  dx?: number;
}

/** A line with a dot per row, and an upright interval from `low` to `high` where a row has one. */
export function seriesLine<Row extends { low?: number; high?: number }>(
  rows: readonly Row[],
  {
    x,
    y,
    style,
    strokeWidth = 1.8,
    r = 3,
    opacity = 0.5,
    dx,
  }: SeriesLineOptions,
): Markish[] {
  const whiskers = rows.filter(
    ({ low, high }) => low !== undefined && high !== undefined,
  );
  return [
    Plot.ruleX(whiskers, {
      x,
      y1: "low",
      y2: "high",
      stroke: style.color,
      strokeOpacity: opacity,
      dx,
    }),
    Plot.line(rows, {
      x,
      y,
      stroke: style.color,
      strokeDasharray: style.dash,
      strokeWidth,
    }),
    Plot.dot(rows, { x, y, symbol: style.symbol, fill: style.color, r }),
  ];
}
