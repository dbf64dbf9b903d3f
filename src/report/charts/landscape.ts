/** A loss over the plane between two task vectors: contours, with the models that lie on it. */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct } from "../figure/grid.js";
import { Plot, type Markish } from "../figure/plot.js";
import { INK } from "../figure/theme.js";

/** Loss at one point of the plane θ₀ + x τ_a + y τ_b. */
export interface LandscapeRow {
  /** Panel that the point is in; absent for a single panel. */
  panel?: string;
  x: number;
  y: number;
  loss: number;
}

/** Options of `landscape`. */
export interface LandscapeOptions {
  title?: string;
  caption?: string;
  /** Titles of the axes. */
  xLabel?: string;
  yLabel?: string;
  /** Models on the plane; by default the base, both experts, their average and their sum. */
  points?: readonly { x: number; y: number; label: string }[];
  /** Losses above are drawn as this one, so that a steep corner does not hide the rest; default the largest. */
  most?: number;
  /** Panels in a row, default 2 at most. */
  columns?: number;
}

const POINTS: NonNullable<LandscapeOptions["points"]> = [
  { x: 0, y: 0, label: "SFT" },
  { x: 1, y: 0, label: "a" },
  { x: 0, y: 1, label: "b" },
  { x: 0.5, y: 0.5, label: "½" },
  { x: 1, y: 1, label: "Σ" },
];

/** Bands of equal loss. */
const BANDS = 8;
/** From low to high loss; lightness falls all the way, so that a grey print stays legible. */
const COLORS = [
  "#f7fbff",
  "#deebf7",
  "#c6dbef",
  "#9ecae1",
  "#6baed6",
  "#4292c6",
  "#2171b5",
  "#08519c",
];

/**
 * Filled contours of a loss known on a regular grid, on one scale in all panels; the lightest band is the lowest loss.
 *
 * Bands are equally wide in log loss, between the smallest and the largest loss shown; values between grid points are interpolated.
 *
 * @throws RangeError there is no row, a loss is not above 0, or a panel's points are no full grid of at least 3 × 3
 * @example
 * landscape([0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => ({ x, y, loss: 1 + x * y }))))
 */
export function landscape(
  rows: readonly LandscapeRow[],
  {
    title,
    caption,
    xLabel,
    yLabel,
    points = POINTS,
    most,
    columns,
  }: LandscapeOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("landscape: rows must not be empty, got 0 rows");
  for (const { loss } of rows) {
    if (!(loss > 0))
      throw new RangeError(`landscape: loss must be above 0, got ${loss}`);
  }
  const panels = distinct(rows, ({ panel }) => panel ?? "");
  const across = columns ?? Math.min(2, panels.length);
  const edges = edgesOf(rows, most);
  return figure({
    title,
    caption: [
      caption ?? "",
      `From the lightest band to the darkest the loss rises through ${edges.map((edge) => edge.toPrecision(2)).join(", ")}.`,
    ].join(" "),
    columns: across,
    panels: panels.map((panel, i) => {
      const own = rows.filter((row) => (row.panel ?? "") === panel);
      const grid = finer(gridOf(own));
      return {
        title: panel === "" ? undefined : panel,
        options: {
          height: 250,
          marginLeft: 44,
          marginBottom: 38,
          marginTop: 8,
          marginRight: 8,
          x: axis(xLabel, { domain: span(grid.xs), ticks: 5 }),
          y: axis(i % across === 0 ? yLabel : null, {
            domain: span(grid.ys),
            ticks: 5,
          }),
          color: { type: "threshold", domain: edges, range: COLORS },
          marks: [...contours(grid, edges), ...namedPoints(points)],
        },
      };
    }),
  });
}

/** Losses between the bands, equally far apart in log loss. */
function edgesOf(rows: readonly LandscapeRow[], most = Infinity): number[] {
  const losses = rows.map((row) => row.loss);
  const low = Math.min(...losses);
  const high = Math.min(most, Math.max(...losses));
  return Array.from(
    { length: BANDS - 1 },
    (_, i) => low * (high / low) ** ((i + 1) / BANDS),
  );
}

function contours(grid: Grid, edges: readonly number[]): Markish[] {
  const [x1, x2] = span(grid.xs);
  const [y1, y2] = span(grid.ys);
  return [
    // Contours leave the corners of their rectangle empty.
    Plot.rect(cornersOf(grid), {
      x1: "left",
      x2: "right",
      y1: "bottom",
      y2: "top",
      fill: "loss",
    }),
    Plot.contour(grid.values, {
      width: grid.xs.length,
      height: grid.ys.length,
      x1,
      x2,
      y1,
      y2,
      // Each layer fills what lies above its threshold, the lowest below all others.
      thresholds: [0, ...edges],
      fill: Plot.identity,
      stroke: "white",
      strokeWidth: 0.5,
    }),
  ];
}

function namedPoints(
  points: NonNullable<LandscapeOptions["points"]>,
): Markish[] {
  return [
    Plot.dot(points, { x: "x", y: "y", r: 2.6, fill: INK, stroke: "white" }),
    Plot.text(points, {
      x: "x",
      y: "y",
      text: "label",
      dx: 6,
      dy: -7,
      textAnchor: "start",
      fontWeight: "bold",
      fill: INK,
      stroke: "white",
      strokeWidth: 3,
    }),
  ];
}

interface Grid {
  xs: number[];
  ys: number[];
  /** Row after row of y, from the smallest. */
  values: number[];
}

function gridOf(rows: readonly LandscapeRow[]): Grid {
  const places = (of: "x" | "y"): number[] =>
    [...new Set(rows.map((row) => row[of]))].sort((a, b) => a - b);
  const [xs, ys] = [places("x"), places("y")];
  const known = new Map(rows.map((row) => [`${row.x} ${row.y}`, row.loss]));
  const values = ys.flatMap((y) => xs.map((x) => known.get(`${x} ${y}`)));
  if (xs.length < 3 || ys.length < 3 || values.includes(undefined))
    throw new RangeError(
      `landscape: rows must be a full grid of at least 3 × 3, got ${rows.length} points at ${xs.length} × ${ys.length} places`,
    );
  return { xs, ys, values: values as number[] };
}

/** Points between two neighbours that are filled in. */
const BETWEEN = 5;

/** The same grid with more points, interpolated in log loss: contours go astray in the last half cell, which so is small. */
function finer({ xs, ys, values }: Grid): Grid {
  const refine = (axis: readonly number[]): number[] =>
    Array.from({ length: (axis.length - 1) * BETWEEN + 1 }, (_, i) => {
      const at = Math.min(Math.floor(i / BETWEEN), axis.length - 2);
      return axis[at]! + (i / BETWEEN - at) * (axis[at + 1]! - axis[at]!);
    });
  const log = (column: number, row: number): number =>
    Math.log(values[row * xs.length + column]!);
  const [fineXs, fineYs] = [refine(xs), refine(ys)];
  const fine = fineYs.flatMap((_, j) => {
    const row = Math.min(Math.floor(j / BETWEEN), ys.length - 2);
    const v = j / BETWEEN - row;
    return fineXs.map((_, i) => {
      const column = Math.min(Math.floor(i / BETWEEN), xs.length - 2);
      const u = i / BETWEEN - column;
      return Math.exp(
        (1 - u) * (1 - v) * log(column, row) +
          u * (1 - v) * log(column + 1, row) +
          (1 - u) * v * log(column, row + 1) +
          u * v * log(column + 1, row + 1),
      );
    });
  });
  return { xs: fineXs, ys: fineYs, values: fine };
}

/** Ends of an axis whose points are each the middle of a cell. */
function span(axis: readonly number[]): [number, number] {
  const half = (axis[1]! - axis[0]!) / 2;
  return [axis[0]! - half, axis.at(-1)! + half];
}

/** The four corners of the rectangle, each as large as half a cell, with the loss of the grid point inside. */
function cornersOf({ xs, ys, values }: Grid): object[] {
  const [left, right] = span(xs);
  const [bottom, top] = span(ys);
  return [0, xs.length - 1].flatMap((column) =>
    [0, ys.length - 1].map((row) => ({
      left: column === 0 ? left : xs[column]!,
      right: column === 0 ? xs[0]! : right,
      bottom: row === 0 ? bottom : ys[row]!,
      top: row === 0 ? ys[0]! : top,
      loss: values[row * xs.length + column]!,
    })),
  );
}
