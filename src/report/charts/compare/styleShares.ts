/** How models answer: the share of careful and brief answers, of empty thinking and of none. */
import { STYLES, type Style } from "../../../evaluate/style.js";
import { figure, type Figure } from "../../figure/figure.js";
import { axis, distinct, panelGrid } from "../../figure/grid.js";
import { Plot, type Markish } from "../../figure/plot.js";
import { INK, inkOn } from "../../figure/theme.js";
import { modelLabel, type SeriesStyle } from "../../models.js";

/** Styles of one model's answers: the fields of a study's rows "scores" that are drawn. */
export interface StyleShareRow {
  model: string;
  /** Sampling temperature; absent where all rows have one. */
  temperature?: number;
  /** Share of the answers in each style, points; absent in rows from before styles were kept. */
  styles?: Readonly<Record<Style, { mean: number }>>;
}

/** Options of `styleShares`. */
export interface StyleSharesOptions {
  title?: string;
  caption?: string;
}

/** Dark to light, so that the order is seen in grey as well. */
const LOOKS: Readonly<Record<Style, SeriesStyle>> = {
  careful: look("careful: thinks in lines", "#1b3a5c"),
  brief: look("brief: one line", "#4f7aa8"),
  empty: look("empty think block", "#8fb1d4"),
  none: look("no think block", "#d5dae0"),
};

function look(label: string, color: string): SeriesStyle {
  return { label, color, dash: "none", symbol: "square" };
}

const LABELS = 112;

/** Widest share that has no room for its number, points. */
const NARROW = 9;

/** One piece of a bar. */
interface Piece {
  label: string;
  style: Style;
  from: number;
  to: number;
}

/**
 * One bar per model, cut into its styles, with their shares in percent; one panel per temperature.
 *
 * @throws RangeError there is no row, or a row has no styles
 * @example
 * styleShares([{ model: "sft", styles: { careful: { mean: 40 }, brief: { mean: 15 }, empty: { mean: 44 }, none: { mean: 1 } } }])
 */
export function styleShares(
  rows: readonly StyleShareRow[],
  { title = "How models answer", caption }: StyleSharesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("styleShares: rows must not be empty, got 0 rows");
  const labels = distinct(rows, ({ model }) => modelLabel(model));
  const panelOf = ({ temperature }: StyleShareRow): string =>
    temperature === undefined ? "All answers" : `T = ${temperature}`;
  const grid = panelGrid(
    distinct(rows, panelOf),
    { columns: 2, labels: LABELS, inset: 12 },
    (panel, { first, marginLeft }) => ({
      title: panel,
      options: {
        height: 46 + labels.length * 22,
        marginLeft,
        marginRight: 12,
        marginTop: 6,
        marginBottom: 38,
        x: axis("share of answers (%)", { domain: [0, 100], ticks: 5 }),
        y: {
          type: "band",
          domain: labels,
          label: null,
          axis: first ? "left" : null,
          tickSize: 0,
          padding: 0.2,
        },
        color: { type: "identity" },
        marks: bars(rows.filter((row) => panelOf(row) === panel).flatMap(cut)),
      },
    }),
  );
  const legend = STYLES.map((style) => LOOKS[style]);
  return figure({ title, caption, legend, ...grid });
}

/** The pieces of one model's bar. */
function cut({ model, styles }: StyleShareRow): Piece[] {
  if (styles === undefined)
    throw new RangeError(
      `styleShares: every row must have styles, got none for ${model}`,
    );
  let to = 0;
  return STYLES.map((style): Piece => {
    const from = to;
    to += styles[style].mean;
    return { label: modelLabel(model), style, from, to };
  });
}

function bars(pieces: readonly Piece[]): Markish[] {
  const width = ({ from, to }: Piece): number => to - from;
  return [
    Plot.barX(
      pieces.filter((piece) => width(piece) > 0),
      {
        ...{ y: "label", x1: "from", x2: "to", stroke: "white" },
        fill: ({ style }: Piece) => LOOKS[style].color,
      },
    ),
    Plot.text(
      pieces.filter((piece) => width(piece) >= NARROW),
      {
        y: "label",
        x: ({ from, to }: Piece) => (from + to) / 2,
        text: (piece: Piece) => width(piece).toFixed(0),
        fill: ({ style }: Piece) =>
          inkOn(LOOKS[style].color) === "white" ? "white" : INK,
      },
    ),
  ];
}
