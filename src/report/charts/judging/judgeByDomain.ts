/** Which way of judging is better in which domain, and what training the domain does to it (paper's Figure 7). */
import { figure, type Figure } from "../../figure/figure.js";
import { axis, distinct, nameAxis, panelGrid } from "../../figure/grid.js";
import type { JudgeRow } from "./judgeCorrelation.js";
import { Plot, type Markish } from "../../figure/plot.js";
import type { Estimate } from "../../table.js";
import { seriesStyle } from "../../models.js";

/** Judging on one benchmark. */
export interface DomainJudgeRow extends JudgeRow {
  /** Domain of the benchmark: fixes the colour, and which expert is at home. */
  domain: string;
}

/** Options of `judgeByDomain`. */
export interface JudgeByDomainOptions {
  title?: string;
  caption?: string;
}

const LABELS = 78;
const ROW = 17;
const KINDS = ["outcome", "process"] as const;

/**
 * A panel per benchmark and a line per model, from outcome judging (hollow) to process judging (filled); a band marks the expert of
 * the benchmark's domain. Models and panels keep the order of the rows.
 *
 * @throws RangeError there is no row
 * @example
 * judgeByDomain([{ model: "sft", label: "SFT", benchmark: "AIME'24", domain: "math",
 *   generation: { mean: 56 }, outcome: { mean: 72.9 }, process: { mean: 91.8 } }])
 */
export function judgeByDomain(
  rows: readonly DomainJudgeRow[],
  {
    title = "Judging by outcome and by process",
    caption,
  }: JudgeByDomainOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("judgeByDomain: rows must not be empty, got 0 rows");
  const labels = distinct(rows, (row) => row.label);
  const benchmarks = distinct(rows, (row) => row.benchmark);
  const least = Math.min(
    ...rows.flatMap((row) => KINDS.map((kind) => lowOf(row[kind]))),
  );
  const domain = [10 * Math.floor((least - 2) / 10), 100];
  const grid = panelGrid(
    benchmarks,
    { columns: 2, labels: LABELS },
    (benchmark, { first, last }) => {
      const own = rows.filter((row) => row.benchmark === benchmark);
      const { color, label } = seriesStyle(own[0]!.domain);
      return {
        title: `${label}: ${benchmark}`,
        options: {
          height: 56 + labels.length * ROW,
          marginLeft: first ? LABELS : 6,
          // Room for the name of an end at 100.
          marginRight: 36,
          marginTop: 22,
          marginBottom: 34,
          x: axis(last ? "judging (%)" : null, {
            domain,
            ticks: 5,
            grid: true,
          }),
          y: nameAxis(labels, first),
          marks: [
            Plot.ruleY(
              own.filter((row) => row.model === row.domain),
              { y: "label", stroke: "#e6e9ee", strokeWidth: ROW - 2 },
            ),
            ...spans(own, color),
            ...ends(own, color),
            ...namesOfEnds(own[0]!),
          ],
        },
      };
    },
  );
  return figure({ title, caption, ...grid });
}

/** A line per model from one way of judging to the other, and the intervals of both. */
function spans(rows: readonly JudgeRow[], color: string): Markish[] {
  return [
    Plot.link(rows, {
      x1: (row: JudgeRow) => row.outcome.mean,
      x2: (row: JudgeRow) => row.process.mean,
      y1: "label",
      y2: "label",
      stroke: color,
      strokeWidth: 2,
    }),
    ...KINDS.map((kind) =>
      Plot.ruleY(rows, {
        y: "label",
        x1: (row: JudgeRow) => lowOf(row[kind]),
        x2: (row: JudgeRow) => row[kind].high ?? row[kind].mean,
        stroke: color,
        strokeOpacity: 0.5,
      }),
    ),
  ];
}

/** The hollow dot is the smaller one and on top, so that of two equal scores both are seen. */
function ends(rows: readonly JudgeRow[], color: string): Markish[] {
  return [
    Plot.dot(rows, {
      x: (row: JudgeRow) => row.process.mean,
      y: "label",
      r: 4.8,
      fill: color,
    }),
    Plot.dot(rows, {
      x: (row: JudgeRow) => row.outcome.mean,
      y: "label",
      r: 3.2,
      stroke: color,
      strokeWidth: 1.6,
      fill: "white",
    }),
  ];
}

/** The topmost line says which end is which. */
function namesOfEnds(top: JudgeRow): Markish[] {
  const rightward = top.process.mean >= top.outcome.mean;
  return KINDS.map((kind) =>
    Plot.text([top], {
      x: top[kind].mean,
      y: "label",
      text: () => kind,
      dy: -13,
      textAnchor: (kind === "process") === rightward ? "start" : "end",
      fontSize: 11,
    }),
  );
}

function lowOf({ low, mean }: Estimate): number {
  return low ?? mean;
}
