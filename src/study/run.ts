/** Run a study: find out what is done, do the rest side by side, note each finished stage. */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { StudyError } from "../error.js";
import { takeLease } from "../io/index.js";
import { hashPath } from "./hash.js";
import {
  hashOutputs,
  stageKey,
  statusOf,
  writeNote,
  type Note,
  type Status,
} from "./ledger.js";
import { readStudy } from "./parse.js";
import { plan, select, stageVersion, type Stage } from "./plan.js";
import { Pool, type Finished } from "./pool.js";
import type { Progress } from "./stages/job.js";

/** Options of `run`. */
export interface RunOptions {
  /** Which profile; default "quick". */
  profile?: string;
  /** Only the stages that this pattern names, and what they need: "analysis", "experts", "seed2", "evaluate/math". */
  only?: string;
  /** Worker processes; default the number of cores. */
  jobs?: number;
  /** Called for everything that happens. */
  onProgress?: (event: StudyEvent) => void;
  /** Stops the run between two steps; it goes on where it stopped when it is started again. */
  signal?: AbortSignal;
}

/** Where the whole run stands. */
export interface Overview {
  /** Stages finished or found done, of all. */
  finished: number;
  stages: number;
  /** Seconds since the start, and the estimate of what is left. */
  seconds: number;
  left: number;
}

/** What happens while a study runs. */
export type StudyEvent =
  | {
      type: "plan";
      stages: readonly PlannedStage[];
      jobs: number;
      folder: string;
    }
  | { type: "skip"; stage: Stage; note: Note; overview: Overview }
  | { type: "start"; stage: Stage; reason: string; overview: Overview }
  | ({
      type: "progress";
      stage: Stage;
      seconds: number;
      overview: Overview;
    } & Progress)
  | { type: "done"; stage: Stage; note: Note; overview: Overview };

/** A stage and what a run would do with it. */
export interface PlannedStage {
  stage: Stage;
  /** True: nothing to do. */
  done: boolean;
  /** Why there is work: the changed option or input, the missing file, or the stage it waits for. */
  reason: string;
}

/** What a run did. */
export interface StudyReport {
  /** Folder of the profile's artefacts. */
  folder: string;
  seconds: number;
  stages: { id: string; kind: string; ran: boolean; seconds: number }[];
}

/** Folder of a profile's artefacts. */
export function runFolder(folder: string, profile: string): string {
  return join(folder, "runs", profile);
}

interface Prepared {
  studyFolder: string;
  folder: string;
  stages: Stage[];
}

function prepare(
  path: string,
  { profile = "quick", only }: RunOptions,
): Prepared {
  const { folder, spec } = readStudy(path, profile);
  const all = plan(spec);
  const base = join(folder, spec.base);
  if (hashPath(base) === null || !existsSync(join(base, "config.json"))) {
    throw new StudyError(
      `study: base must be a model folder, got none at ${base}; npm run pretrain makes it`,
    );
  }
  return {
    studyFolder: folder,
    folder: runFolder(folder, profile),
    stages: only === undefined ? all : select(all, only),
  };
}

/** Follows what is known of each stage's outputs while the plan or the run advances. */
class Ledger {
  private readonly outputs = new Map<
    string,
    Readonly<Record<string, string>>
  >();
  private readonly base = new Map<string, string>();

  constructor(private readonly prepared: Prepared) {}

  settle(stage: Stage, outputs: Readonly<Record<string, string>>): void {
    this.outputs.set(stage.id, outputs);
  }

  settled(id: string): boolean {
    return this.outputs.has(id);
  }

  /** Stages that this one waits for. */
  waiting(stage: Stage): string[] {
    const needed = Object.values(stage.inputs).flatMap((input) =>
      input.stage === null ? [] : [input.stage],
    );
    return [...new Set(needed)].filter((id) => !this.outputs.has(id));
  }

  inputs(stage: Stage): Record<string, string> {
    return Object.fromEntries(
      Object.entries(stage.inputs).map(([name, { stage: from, path }]) => {
        const hash =
          from === null ? this.baseHash(path) : this.outputs.get(from)?.[path];
        if (hash === undefined)
          throw new Error(
            `internal: ${stage.id} reads ${path}, which ${from} does not write`,
          );
        return [name, hash];
      }),
    );
  }

  status(stage: Stage): Status {
    return statusOf(stage, this.prepared.folder, this.inputs(stage));
  }

  private baseHash(path: string): string {
    const known =
      this.base.get(path) ?? hashPath(join(this.prepared.studyFolder, path))!;
    this.base.set(path, known);
    return known;
  }
}

function planned({ stages }: Prepared, ledger: Ledger): PlannedStage[] {
  return stages.map((stage) => {
    const [first] = ledger.waiting(stage);
    if (first !== undefined)
      return { stage, done: false, reason: `after ${first}` };
    const status = ledger.status(stage);
    if (!status.done) return { stage, done: false, reason: status.reason };
    ledger.settle(stage, status.note.outputs);
    return { stage, done: true, reason: "" };
  });
}

/**
 * What `run` would do, without doing it.
 *
 * A stage that waits for another one may turn out to be done after all, when the other one makes the same bytes again.
 *
 * @throws StudyError as `run`
 */
export function inspect(
  path: string,
  options: Pick<RunOptions, "profile" | "only"> = {},
): PlannedStage[] {
  const prepared = prepare(path, options);
  return planned(prepared, new Ledger(prepared));
}

/**
 * Run a study, or what is left of it.
 *
 * Every stage whose spec, inputs and outputs are as they were is skipped. The others run in worker processes, at most `jobs` at a
 * time, each with one thread. A run that was stopped, killed or failed goes on from the last step of every stage.
 *
 * @param path  folder with a `study.yml`, or the file
 * @returns what ran and how long
 * @throws StudyError the study file is broken, another run works in the folder, or a stage failed (its cause says how) ·
 *   the signal's reason when stopped
 * @example
 * await study.run("data/nano", { profile: "quick", onProgress: (event) => console.log(event.type) })
 */
export async function run(
  path: string,
  options: RunOptions = {},
): Promise<StudyReport> {
  const {
    jobs = availableParallelism(),
    onProgress = () => undefined,
    signal,
  } = options;
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new StudyError(`study: jobs must be a positive integer, got ${jobs}`);
  const prepared = prepare(path, options);
  const lease = takeLease(
    join(prepared.folder, ".lock"),
    prepared.folder,
    (text, cause) => new StudyError(`study: ${text}`, { cause }),
  );
  const pool = new Pool();
  try {
    signal?.throwIfAborted();
    return await new Runner(prepared, pool, jobs, onProgress).run(signal);
  } finally {
    await pool.close();
    lease.release();
  }
}

class Runner {
  private readonly started = performance.now();
  private readonly ledger: Ledger;
  private readonly reports: StudyReport["stages"] = [];
  /** Fraction done and start of each running stage. */
  private readonly running = new Map<
    string,
    { fraction: number; start: number }
  >();
  /** Seconds of finished stages and of what they were estimated at: their ratio corrects the other estimates. */
  private spent = 0;
  private estimated = 0;
  private readonly urgency: Map<string, number>;

  constructor(
    private readonly prepared: Prepared,
    private readonly pool: Pool,
    private readonly jobs: number,
    private readonly onProgress: (event: StudyEvent) => void,
  ) {
    this.ledger = new Ledger(prepared);
    this.urgency = urgencies(prepared.stages);
  }

  async run(signal?: AbortSignal): Promise<StudyReport> {
    const { folder, stages } = this.prepared;
    const first = planned(this.prepared, new Ledger(this.prepared));
    this.onProgress({ type: "plan", stages: first, jobs: this.jobs, folder });
    const open = new Set(stages);
    // In the order of the plan, in which each stage stands after those that it needs: what is done counts from the beginning.
    for (const stage of stages) {
      if (this.ledger.waiting(stage).length > 0) continue;
      const status = this.ledger.status(stage);
      if (status.done) this.skip(stage, status.note, open);
    }
    const active = new Set<Promise<void>>();
    let failed: { error: unknown } | null = null;
    const stopped = new Promise<void>((resolve) =>
      signal?.addEventListener("abort", () => resolve(), { once: true }),
    );
    while (open.size > 0 || active.size > 0) {
      while (active.size < this.jobs) {
        // Asked anew each time: a stage that was found done may have freed others.
        const stage = this.next(open);
        if (stage === undefined) break;
        const status = this.ledger.status(stage);
        if (status.done) {
          this.skip(stage, status.note, open);
          continue;
        }
        open.delete(stage);
        const work = this.work(stage, status.reason).catch((error: unknown) => {
          failed ??= { error };
        });
        active.add(work);
        void work.then(() => active.delete(work));
      }
      if (active.size > 0) await Promise.race([...active, stopped]);
      signal?.throwIfAborted();
      if (failed !== null) throw (failed as { error: unknown }).error;
    }
    return {
      folder,
      seconds: (performance.now() - this.started) / 1000,
      stages: this.reports,
    };
  }

  /** Of the stages that could start now, the one that most other work waits for. */
  private next(open: ReadonlySet<Stage>): Stage | undefined {
    return [...open]
      .filter((stage) => this.ledger.waiting(stage).length === 0)
      .sort((a, b) => this.urgency.get(b.id)! - this.urgency.get(a.id)!)[0];
  }

  private skip(stage: Stage, note: Note, open: Set<Stage>): void {
    open.delete(stage);
    this.ledger.settle(stage, note.outputs);
    this.reports.push({
      id: stage.id,
      kind: stage.kind,
      ran: false,
      seconds: note.seconds,
    });
    this.onProgress({ type: "skip", stage, note, overview: this.overview() });
  }

  private async work(stage: Stage, reason: string): Promise<void> {
    const { folder, studyFolder } = this.prepared;
    const inputs = this.ledger.inputs(stage);
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    this.running.set(stage.id, { fraction: 0, start });
    this.onProgress({
      type: "start",
      stage,
      reason,
      overview: this.overview(),
    });
    const job = { stage, studyFolder, runFolder: folder, inputHashes: inputs };
    let finished: Finished;
    try {
      finished = await this.pool.run(job, (progress) => {
        this.running.set(stage.id, {
          fraction: progress.done / progress.total,
          start,
        });
        this.onProgress({
          ...progress,
          type: "progress",
          stage,
          seconds: seconds(),
          overview: this.overview(),
        });
      });
    } finally {
      this.running.delete(stage.id);
    }
    const outputs = hashOutputs(folder, stage.outputs);
    if (outputs === null)
      throw new StudyError(
        `study: ${stage.id} must write ${stage.outputs.join(", ")}, got less`,
      );
    const note: Note = {
      stage: stage.id,
      key: stageKey(stage, inputs),
      version: stageVersion(stage.kind),
      spec: stage.spec,
      inputs,
      outputs,
      seconds: Number(seconds().toFixed(2)),
      engine: finished.engine,
      facts: finished.facts,
    };
    writeNote(folder, note);
    this.spent += note.seconds;
    this.estimated += stage.work;
    this.ledger.settle(stage, outputs);
    this.reports.push({
      id: stage.id,
      kind: stage.kind,
      ran: true,
      seconds: note.seconds,
    });
    this.onProgress({ type: "done", stage, note, overview: this.overview() });
  }

  private overview(): Overview {
    const now = performance.now();
    // What runs tells best how far the estimates are off; before anything is known they are taken as they are.
    let spent = this.spent;
    let estimated = this.estimated;
    let open = 0;
    for (const stage of this.prepared.stages) {
      const running = this.running.get(stage.id);
      if (running) {
        spent += (now - running.start) / 1000;
        estimated += stage.work * running.fraction;
        open += stage.work * (1 - running.fraction);
      } else if (!this.ledger.settled(stage.id)) open += stage.work;
    }
    const speed = estimated > 0 && spent > 5 ? spent / estimated : 1;
    return {
      finished: this.reports.length,
      stages: this.prepared.stages.length,
      seconds: (now - this.started) / 1000,
      left:
        (open * speed) /
        Math.min(
          this.jobs,
          Math.max(1, this.prepared.stages.length - this.reports.length),
        ),
    };
  }
}

/** Work on the longest way from each stage to the end: what should start first so that no core waits at the end. */
function urgencies(stages: readonly Stage[]): Map<string, number> {
  const urgency = new Map<string, number>(
    stages.map((stage) => [stage.id, stage.work]),
  );
  for (const stage of [...stages].reverse()) {
    const own = urgency.get(stage.id)!;
    for (const { stage: needed } of Object.values(stage.inputs)) {
      if (needed === null) continue;
      const before = stages.find(({ id }) => id === needed)!;
      urgency.set(needed, Math.max(urgency.get(needed)!, before.work + own));
    }
  }
  return urgency;
}
