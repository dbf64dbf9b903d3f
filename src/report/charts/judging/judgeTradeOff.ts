/** Generation beside both ways of judging for each way to make one model of five domains (paper's Figure 8). */
import { figure, type Figure } from "../../figure/figure.js";
import type { JudgeRow } from "./judgeCorrelation.js";
import { seriesStyle } from "../../models.js";
import { Plot } from "../../figure/plot.js";
import { FAINT_INK, GAP, INK, INNER_WIDTH, inkOn } from "../../figure/theme.js";

/** Options of `judgeTradeOff`. */
export interface JudgeTradeOffOptions {
  /** Model that is drawn as a line to compare with, default "sft". */
  reference?: string;
  title?: string;
  caption?: string;
}

const LABELS = 78;
const ROW = 26;
const MEASURES = [
  ["generation", "Generation"],
  ["outcome", "Outcome judging"],
  ["process", "Process judging"],
] as const;

/**
 * A bar a model in three panels: generation, outcome judging, process judging; the reference model is a dashed line in each.
 *
 * @param rows  one row a model, all of one benchmark or of the average
 * @throws RangeError there is no row besides the reference
 * @example
 * judgeTradeOff(paperJudging().filter((row) => row.benchmark === "average"))
 */
export function judgeTradeOff(
  rows: readonly JudgeRow[],
  {
    reference = "sft",
    title = "Generation and judging of models of all domains",
    caption,
  }: JudgeTradeOffOptions = {},
): Figure {
  const shown = rows.filter((row) => row.model !== reference);
  if (shown.length === 0)
    throw new RangeError(
      `judgeTradeOff: rows must not be empty, got ${rows.length} rows`,
    );
  const level = rows.filter((row) => row.model === reference);
  const models = shown.map((row) => row.model);
  const colorOf = (row: JudgeRow): string =>
    seriesStyle(row.model, models).color;
  const columns = MEASURES.length;
  const inner = (INNER_WIDTH - LABELS - GAP * (columns - 1)) / columns;
  const panels = MEASURES.map(([measure, name], i) => ({
    title: name,
    width: i === 0 ? inner + LABELS : inner,
    options: {
      height: 64 + shown.length * ROW,
      marginLeft: i === 0 ? LABELS : 4,
      marginRight: 14,
      marginTop: 22,
      marginBottom: 34,
      x: {
        domain: [0, 100],
        ticks: [0, 50, 100],
        grid: true,
        label: "score (%)",
        labelAnchor: "center" as const,
        labelArrow: "none" as const,
      },
      y: {
        type: "band" as const,
        domain: shown.map((row) => row.label),
        label: null,
        axis: i === 0 ? ("left" as const) : null,
        tickSize: 0,
        padding: 0.25,
      },
      marks: [
        Plot.barX(shown, {
          x1: 0,
          x2: (row: JudgeRow) => row[measure].mean,
          y: "label",
          fill: colorOf,
        }),
        Plot.ruleY(shown, {
          y: "label",
          x1: (row: JudgeRow) => row[measure].low ?? row[measure].mean,
          x2: (row: JudgeRow) => row[measure].high ?? row[measure].mean,
          stroke: INK,
        }),
        // White below the dashes, which would vanish on a dark bar.
        ...[
          { stroke: "white", strokeWidth: 2.5 },
          { stroke: INK, strokeDasharray: "3 3" },
        ].map((stroke) =>
          Plot.ruleX(level, {
            x: (row: JudgeRow) => row[measure].mean,
            ...stroke,
          }),
        ),
        Plot.text(level, {
          x: (row: JudgeRow) => row[measure].mean,
          text: (row: JudgeRow) =>
            `${row.label} ${row[measure].mean.toFixed(1)}`,
          frameAnchor: "top",
          dy: -11,
          fill: FAINT_INK,
        }),
        // Inside the bar, where no reference line can cross it.
        Plot.text(shown, {
          x: 0,
          y: "label",
          text: (row: JudgeRow) => row[measure].mean.toFixed(1),
          textAnchor: "start",
          dx: 5,
          fontWeight: "bold",
          fill: (row: JudgeRow) => inkOn(colorOf(row)),
        }),
        Plot.ruleX([0]),
      ],
    },
  }));
  return figure({ title, caption, columns, panels });
}
