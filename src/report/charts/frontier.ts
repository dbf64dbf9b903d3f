/** The compute frontier: score over cost, one line a road, with the paired interval where a road meets the reference at equal cost. */
import { figure, type Figure } from "../figure/figure.js";
import { axis, distinct } from "../figure/grid.js";
import { Plot, type Markish, type ScaleOptions } from "../figure/plot.js";
import { FAINT_INK } from "../figure/theme.js";
import { seriesStyle, type SeriesStyle } from "../models.js";

/** One model of a road. */
export interface FrontierDot {
  /** Name that fixes colour and marker where the theme knows it, for example "multi", "ties". */
  road: string;
  /** Cost in the unit of the x-axis; 0 for what is free. */
  cost: number;
  /** Average score, percent. */
  score: number;
  /** Score of the reference road at this cost, percent; null where it has none. */
  reference: number | null;
  /** Paired 95 % interval of road − reference, points; null where they do not meet. */
  difference: { low: number; high: number } | null;
  /** "better" and "worse" fill the dot; anything else leaves it open. */
  verdict: string | null;
}

/** Options of `frontier`. */
export interface FrontierOptions {
  /** The road whose line is the reference; drawn on top, without intervals. Default: the first. */
  reference?: string;
  title?: string;
  caption?: string;
  xLabel?: string;
  /** Looks of roads that the theme does not know. */
  styles?: Readonly<Record<string, SeriesStyle>>;
}

const HEIGHT = 330;
/** Pixels between roads, so that bars at one cost stand side by side. */
const APART = 5;
/** A free model stands this much left of the cheapest. */
const FREE = 2.5;

/** A dot where it is drawn. */
interface Drawn extends FrontierDot {
  x: number;
  low: number | null;
  high: number | null;
}

/**
 * One line a road over a logarithmic axis of cost. An upright bar is the paired 95 % interval of the difference to the reference at the
 * same cost, around the dot: it touches the reference's score exactly where no difference is shown. A filled dot is surely better or
 * worse. Roads are drawn a few pixels beside each other.
 *
 * @throws RangeError there is no row, or a cost is negative
 * @example
 * frontier([{ road: "multi", cost: 1e12, score: 40, reference: null, difference: null, verdict: null }])
 */
export function frontier(
  rows: readonly FrontierDot[],
  {
    reference = rows[0]?.road ?? "",
    title = "Score over the cost of everything that was trained",
    caption,
    xLabel = "cost (ratio to all experts)",
    styles = {},
  }: FrontierOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("frontier: rows must not be empty, got 0 rows");
  const below = rows.find(({ cost }) => !(cost >= 0));
  if (below)
    throw new RangeError(
      `frontier: cost must be at least 0, got ${below.cost}`,
    );
  const roads = distinct(rows, ({ road }) => road);
  const styleOf = (road: string): SeriesStyle =>
    styles[road] ?? seriesStyle(road, roads);
  const { dots, free, scale } = placed(rows);
  const others = roads.filter((road) => road !== reference);
  return figure({
    title,
    caption,
    legend: roads.map(styleOf),
    panels: [
      {
        options: {
          height: HEIGHT,
          marginTop: 14,
          marginLeft: 48,
          marginRight: 16,
          marginBottom: 42,
          x: axis(xLabel, { insetLeft: 14, insetRight: 14, ...scale }),
          y: axis("average score (%)", { grid: true, nice: true, inset: 6 }),
          symbol: { type: "identity" },
          marks: [
            Plot.ruleX(free === null ? [] : [free * Math.sqrt(FREE)], {
              stroke: FAINT_INK,
              strokeDasharray: "1 3",
            }),
            // The reference lies on top of all others.
            ...[
              ...others,
              ...roads.filter((road) => road === reference),
            ].flatMap((road) =>
              roadMarks(
                dots.filter((dot) => dot.road === road),
                styleOf(road),
                road === reference ? null : asideOf(road, others),
              ),
            ),
          ],
        },
      },
    ],
  });
}

/** Where each dot is drawn, where what is free stands (null where nothing is), and the logarithmic scale of both. */
function placed(rows: readonly FrontierDot[]): {
  dots: Drawn[];
  free: number | null;
  scale: ScaleOptions;
} {
  const paid = rows.filter(({ cost }) => cost > 0).map(({ cost }) => cost);
  const least = paid.length === 0 ? 1 : Math.min(...paid);
  const free = paid.length < rows.length ? least / FREE : null;
  const most = Math.max(...paid, free ?? 0);
  const dots = rows.map((row): Drawn => {
    const { reference: level, difference } = row;
    const meets = level !== null && difference !== null;
    return {
      ...row,
      x: row.cost > 0 ? row.cost : free!,
      low: meets ? level + difference.low : null,
      high: meets ? level + difference.high : null,
    };
  });
  return {
    dots,
    free,
    scale: {
      type: "log",
      domain: [free ?? least, most],
      ticks: [...(free === null ? [] : [free]), ...ticksOf(least, most)],
      tickFormat: (x: number): string => (x === free ? "0" : tickText(x)),
    },
  };
}

/** By how many pixels a road is drawn beside its costs. */
function asideOf(road: string, roads: readonly string[]): number {
  return APART * (roads.indexOf(road) - (roads.length - 1) / 2);
}

/** @param aside  pixels to the right of its costs; null for the reference */
function roadMarks(
  dots: readonly Drawn[],
  { color, dash, symbol }: SeriesStyle,
  aside: number | null,
): Markish[] {
  const dx = aside ?? 0;
  const sorted = [...dots].sort((a, b) => a.x - b.x);
  const isSure = ({ verdict }: Drawn): boolean =>
    aside === null || verdict === "better" || verdict === "worse";
  return [
    Plot.ruleX(
      sorted.filter(({ low }) => low !== null),
      { x: "x", y1: "low", y2: "high", dx, stroke: color, strokeWidth: 1.6 },
    ),
    // What is free has no place on the axis that a line could lead to.
    Plot.line(
      sorted.filter(({ cost }) => cost > 0),
      {
        ...{ x: "x", y: "score", dx },
        stroke: color,
        strokeDasharray: dash,
        strokeWidth: 1.8,
      },
    ),
    Plot.dot(sorted, {
      ...{ x: "x", y: "score", dx },
      symbol,
      r: 4.2,
      stroke: color,
      strokeWidth: 1.6,
      fill: (dot: Drawn) => (isSure(dot) ? color : "white"),
    }),
  ];
}

/** 1, 2 and 5 times powers of ten in a range; only the powers where those would be many. */
function ticksOf(from: number, to: number): number[] {
  const powers: number[] = [];
  for (
    let power = Math.floor(Math.log10(from));
    power <= Math.ceil(Math.log10(to));
    power++
  )
    powers.push(power);
  const factors = powers.length > 4 ? [1] : [1, 2, 5];
  return powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => tick >= from && tick <= to);
}

/** A cost as a ratio or a count: 0.05, 2, 1e13. */
function tickText(value: number): string {
  return value >= 1e4 || value < 1e-3
    ? value.toExponential(0).replace("+", "")
    : String(value);
}
