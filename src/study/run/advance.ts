/** How far a run is: what is finished, what runs, and an estimate of what is left. */
import type { Stage } from "../graph/stage.js";

/** Where the whole run stands. */
export interface Overview {
  /** Stages finished or found done, of all. */
  finished: number;
  stages: number;
  /** Seconds since the start. */
  seconds: number;
  /** Estimate of the seconds that are left; null until a part of any stage is timed. */
  left: number | null;
}

/** How far a stage was at a time. */
interface Mark {
  fraction: number;
  /** Milliseconds. */
  at: number;
}

/** A running stage: its first mark may come late, when start-up is over or where an earlier run stopped. */
interface Running {
  start: number;
  first: Mark | null;
  last: Mark | null;
}

/**
 * Follows a run: whoever runs stages tells what happens to them.
 *
 *   left = ρ · max(open / jobs, longest),  ρ = measured seconds / estimated seconds of the same work
 *
 * `open` is the plan's estimate of all work that is not done, `longest` that of the longest chain of stages that wait for each other. ρ is
 * from stages that this run has finished, and from running ones between their first and last report.
 */
export class Advance {
  private readonly begun: number;
  private readonly finished = new Set<string>();
  private readonly running = new Map<string, Running>();
  private readonly ways: ReadonlyMap<string, number>;
  /** Seconds of stages that were made, and what they were estimated at. */
  private spent = 0;
  private estimated = 0;

  /**
   * @param jobs  stages side by side
   * @param now   the clock, milliseconds
   */
  constructor(
    private readonly stages: readonly Stage[],
    private jobs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.begun = now();
    this.ways = urgencies(stages);
  }

  /** So many stages can run side by side from now on. */
  sideBySide(jobs: number): void {
    this.jobs = Math.max(1, jobs);
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (this.now() - this.begun) / 1000;
  }

  /** A stage was found done. */
  skip({ id }: Stage): void {
    this.finished.add(id);
  }

  start({ id }: Stage): void {
    this.running.set(id, { start: this.now(), first: null, last: null });
  }

  /** A running stage has done this part of its work; returns its seconds. */
  step({ id }: Stage, fraction: number): number {
    const at = this.now();
    const { start, first } = this.running.get(id) ?? { start: at, first: null };
    const last = { fraction, at };
    this.running.set(id, { start, first: first ?? last, last });
    return (at - start) / 1000;
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
    const finished = this.finished.size;
    const stages = this.stages.length;
    return { finished, stages, seconds: this.seconds, left: this.left() };
  }

  private left(): number | null {
    let { spent, estimated } = this;
    let open = 0;
    let longest = 0;
    for (const { id, work } of this.stages) {
      if (this.finished.has(id)) continue;
      const { first, last } = this.running.get(id) ?? {};
      const done = work.seconds * (last?.fraction ?? 0);
      open += work.seconds - done;
      longest = Math.max(longest, this.ways.get(id)! - done);
      if (!first || !last) continue;
      spent += (last.at - first.at) / 1000;
      estimated += work.seconds * (last.fraction - first.fraction);
    }
    if (open === 0) return 0;
    if (estimated === 0) return null;
    return (spent / estimated) * Math.max(open / this.jobs, longest);
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
