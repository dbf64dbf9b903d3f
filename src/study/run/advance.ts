/** How far a run is: what is finished, what runs, and an estimate of what is left. */
import type { Stage } from "../graph/stage.js";

/** Where the whole run stands. */
export interface Overview {
  /** Stages finished or found done, of all. */
  finished: number;
  stages: number;
  /** Seconds since the start, and the estimate of what is left. */
  seconds: number;
  left: number;
}

/** Follows a run: whoever runs stages tells what happens to them. */
export class Advance {
  private readonly begun = performance.now();
  private readonly finished = new Set<string>();
  /** Fraction done and start of each running stage. */
  private readonly running = new Map<
    string,
    { fraction: number; start: number }
  >();
  /** Seconds of finished stages and of what they were estimated at: their ratio corrects the other estimates. */
  private spent = 0;
  private estimated = 0;

  /** @param jobs  stages side by side */
  constructor(
    private readonly stages: readonly Stage[],
    private jobs: number,
  ) {}

  /** So many stages can run side by side from now on. */
  sideBySide(jobs: number): void {
    this.jobs = Math.max(1, jobs);
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  /** A stage was found done. */
  skip({ id }: Stage): void {
    this.finished.add(id);
  }

  start({ id }: Stage): void {
    this.running.set(id, { fraction: 0, start: performance.now() });
  }

  /** A running stage has done this part of its work; returns its seconds. */
  step({ id }: Stage, fraction: number): number {
    const now = performance.now();
    const { start } = this.running.get(id) ?? { start: now };
    this.running.set(id, { fraction, start });
    return (now - start) / 1000;
  }

  /** A stage ended without a result. */
  fail({ id }: Stage): void {
    this.running.delete(id);
  }

  /** A stage was made, in this many seconds. */
  finish({ id, work }: Stage, seconds: number): void {
    this.running.delete(id);
    this.finished.add(id);
    this.spent += seconds;
    this.estimated += work.seconds;
  }

  overview(): Overview {
    const now = performance.now();
    // What runs tells best how far the estimates are off; before anything is known they are taken as they are.
    let { spent, estimated } = this;
    let open = 0;
    for (const { id, work } of this.stages) {
      const running = this.running.get(id);
      if (running) {
        spent += (now - running.start) / 1000;
        estimated += work.seconds * running.fraction;
        open += work.seconds * (1 - running.fraction);
      } else if (!this.finished.has(id)) open += work.seconds;
    }
    const speed = estimated > 0 && spent > 5 ? spent / estimated : 1;
    const finished = this.finished.size;
    const stages = this.stages.length;
    const jobs = Math.min(this.jobs, Math.max(1, stages - finished));
    const left = (open * speed) / jobs;
    return { finished, stages, seconds: this.seconds, left };
  }
}

/** Work on the longest way from each stage to the end, seconds: what should start first so that no core waits at the end. */
export function urgencies(stages: readonly Stage[]): Map<string, number> {
  const urgency = new Map<string, number>(
    stages.map((stage) => [stage.id, stage.work.seconds]),
  );
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  for (const stage of [...stages].reverse()) {
    const own = urgency.get(stage.id)!;
    for (const { stage: needed } of Object.values(stage.inputs)) {
      const before = needed === null ? undefined : byId.get(needed);
      if (before === undefined) continue;
      const way = before.work.seconds + own;
      urgency.set(before.id, Math.max(urgency.get(before.id)!, way));
    }
  }
  return urgency;
}
