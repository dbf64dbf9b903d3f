/** Training reward by step, one panel per run (paper's Figure 9). */
import { mean } from "simple-statistics";
import { figure, type Figure, type Panel } from "../figure/figure.js";
import { seriesStyle } from "../models.js";
import { Plot } from "../figure/plot.js";
import { wholeNumber } from "../figure/theme.js";

/** Mean reward of one training step. */
export interface RewardRow {
  /** Domain of the run, or "multi". */
  run: string;
  seed: number;
  /** 0 is before the first update. */
  step: number;
  /** In [0, 1]. */
  reward: number;
}

/** Options of `rewardCurves`. */
export interface RewardCurvesOptions {
  /** Steps in the centred moving average, default 5. */
  smooth?: number;
  title?: string;
  caption?: string;
}

/**
 * Figure 9: faint lines are the mean reward of each batch, one a seed; the strong line is the mean over seeds, smoothed.
 *
 * @throws RangeError there is no row
 * @example
 * rewardCurves([{ run: "math", seed: 1, step: 0, reward: 0.3 }, { run: "math", seed: 1, step: 1, reward: 0.5 }])
 */
export function rewardCurves(
  rows: readonly RewardRow[],
  { smooth = 5, title = "Training reward", caption }: RewardCurvesOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("rewardCurves: rows must not be empty, got 0 rows");
  const runs = [...new Set(rows.map((row) => row.run))];
  const columns = Math.min(3, runs.length);
  const panels = runs.map((run, i): Panel => {
    const style = seriesStyle(run, runs);
    const own = rows.filter((row) => row.run === run);
    const bottom = i + columns >= runs.length;
    return {
      title: style.label,
      options: {
        height: 150,
        marginLeft: 48,
        marginBottom: 36,
        marginTop: 10,
        x: {
          labelAnchor: "center",
          labelArrow: "none",
          label: bottom ? "step" : null,
          ticks: 4,
          tickFormat: wholeNumber,
        },
        y: {
          labelAnchor: "center",
          labelArrow: "none",
          label: i % columns === 0 ? "mean reward" : null,
          domain: [0, 1],
          grid: true,
          ticks: 5,
        },
        marks: [
          Plot.line(own, {
            x: "step",
            y: "reward",
            z: "seed",
            stroke: style.color,
            strokeOpacity: 0.3,
            strokeWidth: 1,
          }),
          Plot.line(
            meanBySteps(own),
            Plot.windowY(
              { k: smooth, anchor: "middle" },
              { x: "step", y: "reward", stroke: style.color, strokeWidth: 2.2 },
            ),
          ),
        ],
      },
    };
  });
  return figure({ title, panels, columns, caption });
}

function meanBySteps(
  rows: readonly RewardRow[],
): { step: number; reward: number }[] {
  const steps = [...new Set(rows.map((row) => row.step))].sort((a, b) => a - b);
  return steps.map((step) => ({
    step,
    reward: mean(
      rows.filter((row) => row.step === step).map((row) => row.reward),
    ),
  }));
}
