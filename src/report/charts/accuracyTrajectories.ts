/** Accuracy on a benchmark by RL step, one panel per benchmark and one line per expert (paper's Figure 2). */
import { figure, type Figure, type Panel } from "../figure/figure.js";
import { axis, seriesLine } from "../figure/grid.js";
import { seriesStyle } from "../models.js";
import { wholeNumber } from "../figure/theme.js";

/** Score of one checkpoint on one benchmark. */
export interface TrajectoryRow {
  /** Domain that the run trains. */
  run: string;
  /** Name of the panel. */
  benchmark: string;
  step: number;
  /** Percent. */
  score: number;
  /** Ends of the interval, percent. */
  low?: number;
  high?: number;
}

/** Options of `accuracyTrajectories`. */
export interface TrajectoryOptions {
  title?: string;
  caption?: string;
}

/**
 * Figure 2: how each benchmark moves while each single domain is trained.
 *
 * @throws RangeError there is no row
 * @example
 * accuracyTrajectories([{ run: "math", benchmark: "AIME'24 nano", step: 0, score: 34 }])
 */
export function accuracyTrajectories(
  rows: readonly TrajectoryRow[],
  {
    title = "Accuracy while one domain is trained",
    caption,
  }: TrajectoryOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError(
      "accuracyTrajectories: rows must not be empty, got 0 rows",
    );
  const runs = [...new Set(rows.map((row) => row.run))];
  const benchmarks = [...new Set(rows.map((row) => row.benchmark))];
  const columns = Math.min(3, benchmarks.length);
  const panels = benchmarks.map((benchmark, i): Panel => {
    const own = rows.filter((row) => row.benchmark === benchmark);
    return {
      title: benchmark,
      options: {
        height: 190,
        marginLeft: 48,
        marginBottom: 36,
        marginTop: 10,
        x: axis(i + columns >= benchmarks.length ? "RL step" : null, {
          ticks: 4,
          tickFormat: wholeNumber,
          inset: 4,
        }),
        y: axis(i % columns === 0 ? "score (%)" : null, {
          domain: [0, 100],
          grid: true,
          ticks: 5,
        }),
        symbol: { type: "identity" },
        marks: runs.flatMap((run, r) =>
          seriesLine(
            own
              .filter((row) => row.run === run)
              .sort((a, b) => a.step - b.step),
            {
              x: "step",
              y: "score",
              style: seriesStyle(run, runs),
              opacity: 0.35,
              // Beside each other, so that whiskers of equal steps do not hide each other.
              dx: 1.5 * (r - (runs.length - 1) / 2),
            },
          ),
        ),
      },
    };
  });
  return figure({
    title,
    panels,
    columns,
    caption,
    legend: runs.map((run) => seriesStyle(run, runs)),
  });
}
