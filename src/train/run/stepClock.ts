/** Wall-clock time of the parts of one step. */
import type { StepSeconds } from "./metrics.js";

/** A part of a step. */
export type StepPart = Exclude<keyof StepSeconds, "total">;

/** Says how long each part of a step took: `lap` books the time since the last one. */
export class StepClock {
  /** Seconds booked so far. */
  readonly seconds: Record<StepPart, number> = {
    rollout: 0,
    reward: 0,
    update: 0,
  };
  private last = performance.now();

  /**
   * Book the time since the last lap.
   *
   * @param graded seconds of it that verifiers took; they are booked as "reward"
   */
  lap(part: StepPart, graded = 0): void {
    const now = performance.now();
    this.seconds[part] += (now - this.last) / 1000 - graded;
    this.seconds.reward += graded;
    this.last = now;
  }
}
