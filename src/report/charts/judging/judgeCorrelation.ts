/** Does a model that answers better also judge better? (paper's Figure 6) */
import { sampleCorrelation } from "simple-statistics";
import { figure, type Figure, type Panel } from "../../figure/figure.js";
import { Plot, type Markish } from "../../figure/plot.js";
import type { Estimate } from "../../table.js";
import { seriesStyle } from "../../models.js";
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
 * One dot a model in two panels on one scale: generation against outcome judging, and against process judging, with the line
 * of least squares and Pearson's r (both from three models on).
 *
 * @param rows  one row a model, all of one benchmark or of the average
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
  const ends = rows.flatMap(({ outcome, process }) =>
    [outcome, process].flatMap((e) => [e.low ?? e.mean, e.high ?? e.mean]),
  );
  const domain = [
    5 * Math.floor((Math.min(...ends) - 1) / 5),
    Math.min(5 * Math.ceil((Math.max(...ends) + 1) / 5), 100),
  ];
  const left = rows.find((row) => row.model === without);
  const panels = KINDS.map(([kind, name]): Panel => {
    const points = rows.map((row) => ({
      model: row.model,
      x: row.generation,
      y: row[kind],
    }));
    const others = points.filter(({ model }) => model !== without);
    const both = others.length < points.length && others.length >= 3;
    return {
      title:
        points.length < 3
          ? `${name} judging`
          : `${name} judging: r = ${correlation(points)}`,
      options: {
        height: 270,
        marginLeft: 44,
        marginRight: 10,
        marginTop: 10,
        marginBottom: 38,
        x: {
          label: "generation (%)",
          labelAnchor: "center",
          labelArrow: "none",
          inset: 10,
          ticks: 6,
        },
        y: {
          label: "judging (%)",
          labelAnchor: "center",
          labelArrow: "none",
          domain,
          grid: true,
        },
        symbol: { type: "identity" },
        marks: [
          line(points, "none"),
          both ? line(others, "2 3") : null,
          both
            ? Plot.text(
                [`without ${left!.label} (dotted): r = ${correlation(others)}`],
                {
                  frameAnchor: "bottom-left",
                  dx: 6,
                  dy: -5,
                  fill: FAINT_INK,
                },
              )
            : null,
          ...points.flatMap(({ model, x, y }) => {
            const style = seriesStyle(model, models);
            const at = { x: x.mean, y: y.mean };
            return [
              Plot.ruleX([y], {
                x: x.mean,
                y1: (e: Estimate) => e.low ?? e.mean,
                y2: (e: Estimate) => e.high ?? e.mean,
                stroke: style.color,
              }),
              Plot.ruleY([x], {
                y: y.mean,
                x1: (e: Estimate) => e.low ?? e.mean,
                x2: (e: Estimate) => e.high ?? e.mean,
                stroke: style.color,
              }),
              Plot.dot([at], {
                x: "x",
                y: "y",
                symbol: style.symbol,
                fill: style.color,
                r: 5,
              }),
            ];
          }),
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
  x: Estimate;
  y: Estimate;
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
