/** Does a model that answers better also judge better? (paper's Figure 6) */
import { sampleCorrelation } from "simple-statistics";
import { figure, type Figure, type Panel } from "../../figure/figure.js";
import { axis } from "../../figure/grid.js";
import { Plot, type Markish } from "../../figure/plot.js";
import type { Estimate } from "../../table.js";
import { type SeriesStyle, seriesStyle } from "../../models.js";
import { FAINT_INK } from "../../figure/theme.js";

/** How well one model answers the tasks of a benchmark, and how well it judges its own answers. All in percent. */
export interface JudgeRow {
  /** Name that fixes colour and marker. */
  model: string;
  /** Text beside it. */
  label: string;
  /** Benchmark, or "average". */
  benchmark: string;
  /** Score of the answers. */
  generation: Estimate;
  /** Score of judgements that see the final answer only. */
  outcome: Estimate;
  /** Score of judgements that see the whole reasoning. */
  process: Estimate;
}

/** Options of `judgeCorrelation`. */
export interface JudgeCorrelationOptions {
  /** A model to leave out for a second line and correlation, when one point may decide. */
  without?: string;
  title?: string;
  caption?: string;
}

const KINDS = [
  ["outcome", "Outcome"],
  ["process", "Process"],
] as const;

/**
 * One dot per model in two panels on one scale: generation against outcome judging, and against process judging, with the line
 * of least squares and Pearson's r (both from three models on).
 *
 * @param rows  one row per model, all of one benchmark or of the average
 * @throws RangeError there is no row, or a model has two
 * @example
 * judgeCorrelation(paperJudging().filter((row) => row.benchmark === "average"), { without: "multi" })
 */
export function judgeCorrelation(
  rows: readonly JudgeRow[],
  {
    without,
    title = "Generation and judging",
    caption,
  }: JudgeCorrelationOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError(
      "judgeCorrelation: rows must not be empty, got 0 rows",
    );
  const models = rows.map((row) => row.model);
  if (new Set(models).size !== models.length)
    throw new RangeError(
      `judgeCorrelation: a model must have one row, got ${models.join(", ")}`,
    );
  const scale = judgingScale(rows);
  const left = rows.find((row) => row.model === without);
  const panels = KINDS.map(([kind, name]): Panel => {
    const points = rows.map((row) => ({
      style: seriesStyle(row.model, models),
      x: row.generation,
      y: row[kind],
    }));
    const r = points.length < 3 ? "" : `: r = ${correlation(points)}`;
    const others = points.filter((_, i) => rows[i] !== left);
    return {
      title: `${name} judging${r}`,
      options: {
        height: 270,
        marginLeft: 44,
        marginRight: 10,
        marginTop: 10,
        marginBottom: 38,
        x: axis("generation (%)", { inset: 10, ticks: 6 }),
        y: axis("judging (%)", { domain: scale, grid: true }),
        symbol: { type: "identity" },
        marks: [
          line(points, "none"),
          ...(left === undefined ? [] : secondLine(others, left.label)),
          ...points.flatMap(cross),
        ],
      },
    };
  });
  return figure({
    title,
    caption,
    columns: 2,
    panels,
    legend: rows.map(({ model, label }) => ({
      ...seriesStyle(model, models),
      label,
      dash: "0 99",
    })),
  });
}

interface Point {
  style: SeriesStyle;
  x: Estimate;
  y: Estimate;
}

const lowOf = ({ low, mean }: Estimate): number => low ?? mean;
const highOf = ({ high, mean }: Estimate): number => high ?? mean;

/** The vertical scale of both panels: the intervals of all judgements, widened to multiples of 5 and cut at 100. */
function judgingScale(rows: readonly JudgeRow[]): [number, number] {
  const judged = rows.flatMap(({ outcome, process }) => [outcome, process]);
  return [
    5 * Math.floor((Math.min(...judged.map(lowOf)) - 1) / 5),
    Math.min(5 * Math.ceil((Math.max(...judged.map(highOf)) + 1) / 5), 100),
  ];
}

/** A dot on both of its intervals. */
function cross({ style, x, y }: Point): Markish[] {
  return [
    Plot.ruleX([y], { x: x.mean, y1: lowOf, y2: highOf, stroke: style.color }),
    Plot.ruleY([x], { y: y.mean, x1: lowOf, x2: highOf, stroke: style.color }),
    Plot.dot([{ x: x.mean, y: y.mean }], {
      x: "x",
      y: "y",
      symbol: style.symbol,
      fill: style.color,
      r: 5,
    }),
  ];
}

/** The dotted line through the other models, and their correlation. */
function secondLine(others: readonly Point[], left: string): Markish[] {
  if (others.length < 3) return [];
  return [
    line(others, "2 3"),
    Plot.text([`without ${left} (dotted): r = ${correlation(others)}`], {
      frameAnchor: "bottom-left",
      dx: 6,
      dy: -5,
      fill: FAINT_INK,
    }),
  ];
}

function correlation(points: readonly Point[]): string {
  const r = sampleCorrelation(
    points.map(({ x }) => x.mean),
    points.map(({ y }) => y.mean),
  );
  return r.toFixed(2).replace("-", "−");
}

function line(points: readonly Point[], dash: string): Markish | null {
  if (points.length < 3) return null;
  return Plot.linearRegressionY(points, {
    x: ({ x }: Point) => x.mean,
    y: ({ y }: Point) => y.mean,
    stroke: FAINT_INK,
    strokeDasharray: dash,
    ci: 0,
  });
}
