/** A figure that redraws in place while training runs, and leaves one line behind. */
import { rewardCurves, type RewardRow } from "./rewardCurves.js";

/** The part of a replaceable notebook display that a live plot needs (tslab's `newDisplay()` fits). */
export interface LiveDisplay {
  svg(svg: string): void;
  text(text: string): void;
}

/** A running plot. */
export interface LivePlot {
  /** Take one more step of a run. */
  add(row: RewardRow): void;
  /** Say where the whole work stands; shown under the curves, or alone while there are none. */
  status(text: string): void;
  /** Replace the plot by one line of text. */
  done(text: string): void;
}

/** Options of `livePlot`. */
export interface LivePlotOptions {
  /** Least time between two drawings in milliseconds, default 1,000. */
  everyMilliseconds?: number;
}

/**
 * Draw reward curves while runs are under way; at most one drawing in `everyMilliseconds`.
 *
 * @example
 * const live = livePlot(newDisplay());
 * live.add({ run: "math", seed: 1, step: 0, reward: 0.3 });
 * live.done("math: 40 steps");
 */
export function livePlot(
  display: LiveDisplay,
  { everyMilliseconds = 1000 }: LivePlotOptions = {},
): LivePlot {
  const rows: RewardRow[] = [];
  let caption = "";
  let drawn = -Infinity;
  const draw = (): void => {
    const now = performance.now();
    if (now - drawn < everyMilliseconds) return;
    drawn = now;
    if (rows.length > 0) display.svg(rewardCurves(rows, { caption }).svg);
    else display.text(caption);
  };
  return {
    add(row: RewardRow): void {
      rows.push(row);
      draw();
    },
    status(text: string): void {
      caption = text;
      draw();
    },
    done(text: string): void {
      display.text(text);
    },
  };
}
