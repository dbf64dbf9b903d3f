/** Generation beside both ways of judging for each way to make one model of five domains (paper's Figure 8). */
import { figure, type Figure } from "../../figure/figure.js";
import { axis, nameAxis, panelGrid } from "../../figure/grid.js";
import type { JudgeRow } from "./judgeCorrelation.js";
import { seriesStyle } from "../../models.js";
import { Plot, type Markish } from "../../figure/plot.js";
import { FAINT_INK, INK, inkOn } from "../../figure/theme.js";

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
 * A bar per model in three panels: generation, outcome judging, process judging; the reference model is a dashed line in each.
 *
 * @param rows  one row per model, all of one benchmark or of the average
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
  const references = rows.filter((row) => row.model === reference);
  const models = shown.map((row) => row.model);
  const colorOf = (row: JudgeRow): string =>
    seriesStyle(row.model, models).color;
  const labels = shown.map((row) => row.label);
  const names: string[] = MEASURES.map(([, name]) => name);
  const grid = panelGrid(
    names,
    { columns: names.length, labels: LABELS },
    (name, { first }) => {
      const measure = MEASURES[names.indexOf(name)]![0];
      return {
        title: name,
        options: {
          height: 64 + shown.length * ROW,
          marginLeft: first ? LABELS : 4,
          marginRight: 14,
          marginTop: 22,
          marginBottom: 34,
          x: axis("score (%)", {
            domain: [0, 100],
            ticks: [0, 50, 100],
            grid: true,
          }),
          y: nameAxis(labels, first, { type: "band", padding: 0.25 }),
          marks: [
            ...bars(shown, measure, colorOf),
            ...level(references, measure),
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
      };
    },
  );
  return figure({ title, caption, ...grid });
}

type Measure = (typeof MEASURES)[number][0];

/** A bar per row with its interval. */
function bars(
  rows: readonly JudgeRow[],
  measure: Measure,
  colorOf: (row: JudgeRow) => string,
): Markish[] {
  return [
    Plot.barX(rows, {
      x1: 0,
      x2: (row: JudgeRow) => row[measure].mean,
      y: "label",
      fill: colorOf,
    }),
    Plot.ruleY(rows, {
      y: "label",
      x1: (row: JudgeRow) => row[measure].low ?? row[measure].mean,
      x2: (row: JudgeRow) => row[measure].high ?? row[measure].mean,
      stroke: INK,
    }),
  ];
}

/** The reference as a dashed line with its name and number above. */
function level(rows: readonly JudgeRow[], measure: Measure): Markish[] {
  const x = (row: JudgeRow): number => row[measure].mean;
  return [
    // White below the dashes, which would vanish on a dark bar.
    Plot.ruleX(rows, { x, stroke: "white", strokeWidth: 2.5 }),
    Plot.ruleX(rows, { x, stroke: INK, strokeDasharray: "3 3" }),
    Plot.text(rows, {
      x,
      text: (row: JudgeRow) => `${row.label} ${x(row).toFixed(1)}`,
      frameAnchor: "top",
      dy: -11,
      fill: FAINT_INK,
    }),
  ];
}
