/** Judges on a common pool of answers: how well they tell right from wrong, and who finds a planted wrong line. */
import { figure, type Figure } from "../../figure/figure.js";
import { distinct, panelGrid } from "../../figure/grid.js";
import { modelLabel, type SeriesStyle } from "../../models.js";
import { dodgedDots, type DodgedDot } from "./dodgedDots.js";

/** A number with its interval, points. */
interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** One judge in one mode: the fields of a study's rows "judging" with `pool: common` that are drawn. */
export interface PoolJudgeRow {
  model: string;
  mode: "outcome" | "process";
  /** null where the judge never said anything. */
  balancedAccuracy: Interval | null;
  /** Share of answers with a planted wrong line that are called incorrect. */
  planted?: Interval;
}

/** Options of `poolJudges`. */
export interface PoolJudgesOptions {
  title?: string;
  caption?: string;
}

const LOOKS: Readonly<Record<PoolJudgeRow["mode"], SeriesStyle>> = {
  outcome: {
    label: "outcome: sees the claim",
    color: "#d98c3f",
    dash: "none",
    symbol: "circle",
  },
  process: {
    label: "process: sees the lines",
    color: "#1b3a5c",
    dash: "none",
    symbol: "diamond",
  },
};

const LABELS = 112;

/**
 * Two panels on one axis, one line per judge: balanced accuracy, with a dashed upright at the 50 of a judge that ignores its input, and the
 * share of planted wrong lines that are found; the mode "outcome" cannot see those, so that its share is of false alarms.
 *
 * @throws RangeError there is no row
 * @example
 * const at = (mean: number) => ({ mean, low: mean - 5, high: mean + 5 });
 * poolJudges([{ model: "sft", mode: "process", balancedAccuracy: at(71), planted: at(55) }])
 */
export function poolJudges(
  rows: readonly PoolJudgeRow[],
  { title = "Judges on a common pool", caption }: PoolJudgesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("poolJudges: rows must not be empty, got 0 rows");
  const labels = distinct(rows, ({ model }) => modelLabel(model));
  const series = [LOOKS.outcome, LOOKS.process];
  const panels = {
    "Right and wrong answers": (row: PoolJudgeRow) => row.balancedAccuracy,
    "Answers with a planted wrong line": (row: PoolJudgeRow) =>
      row.planted ?? null,
  };
  const names = Object.keys(panels) as (keyof typeof panels)[];
  const grid = panelGrid(
    names,
    { columns: 2, labels: LABELS, inset: 12 },
    (name, place) => {
      const isFirst = name === names[0];
      const dots = rows.flatMap((row): DodgedDot[] => {
        const found = panels[name as keyof typeof panels](row);
        return found === null
          ? []
          : [
              {
                label: modelLabel(row.model),
                series: LOOKS[row.mode].label,
                ...{ value: found.mean, low: found.low, high: found.high },
              },
            ];
      });
      return dodgedDots(dots, {
        ...{ title: name, labels, series, place },
        x: isFirst ? "balanced accuracy (%)" : "called incorrect (%)",
        scale: { domain: [0, 100], ticks: 5 },
        reference: isFirst ? 50 : null,
      });
    },
  );
  return figure({ title, caption, legend: series, ...grid });
}
