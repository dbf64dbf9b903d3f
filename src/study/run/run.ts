/** Run a study: find out what is done, do the rest side by side, note each finished stage. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { StudyError } from "../../error.js";
import { takeLease } from "../../io/index.js";
import type { Stage } from "../graph/stage.js";
import { Advance, urgencies, type Overview } from "./advance.js";
import type { Progress } from "./job.js";
import { makeStage } from "./make.js";
import type { Note, Status } from "./notes.js";
import { Pool } from "./pool.js";
import {
  KnownOutputs,
  checkGiven,
  keptRecords,
  planned,
  preflight,
  prepare,
  type Choice,
  type PlannedStage,
  type Prepared,
} from "./prepare.js";

/** Options of `run`. */
export interface RunOptions extends Choice {
  /** Worker processes; default the number of cores. */
  jobs?: number;
  /** Called for everything that happens. */
  onProgress?: (event: StudyEvent) => void;
  /** Stops the run between two steps; the same call resumes where it stopped. */
  signal?: AbortSignal;
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
  /** Outputs that could not be believed were moved to these paths. */
  | {
      type: "aside";
      stage: Stage;
      paths: readonly string[];
      overview: Overview;
    }
  | { type: "done"; stage: Stage; note: Note; overview: Overview };

type Without<Event, Key extends PropertyKey> = Event extends unknown
  ? Omit<Event, Key>
  : never;

/** What happens to one stage, before it is said which and how far the whole run is. */
type StageEvent = Without<
  Exclude<StudyEvent, { type: "plan" }>,
  "stage" | "overview"
>;

/** What a run did. */
export interface StudyReport {
  /** Folder of the profile's artefacts. */
  folder: string;
  seconds: number;
  stages: { id: string; kind: string; ran: boolean; seconds: number }[];
}

/**
 * Run a study, or what is left of it.
 *
 * Every stage whose spec, inputs and outputs are as they were is skipped. The others run in worker processes, at most `jobs` at a
 * time, each with one thread. A run that was stopped, killed or failed resumes at the last step of every stage. An output that is not what its note says
 * is moved aside, named and made again.
 *
 * @param path  folder with a `study.yml`, or the file
 * @returns what ran and how long
 * @throws StudyError the study file is broken, another run works in the folder, or a stage failed (its cause says how) ·
 *   the signal's reason when stopped
 * @example
 * await study.run("studies/pico", { only: "sft", jobs: 1, onProgress: (event) => console.log(event.type) })
 */
export async function run(
  path: string,
  options: RunOptions = {},
): Promise<StudyReport> {
  const {
    jobs = availableParallelism(),
    onProgress = () => undefined,
    signal,
    keepRecord = false,
  } = options;
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new StudyError(`study: jobs must be a positive integer, got ${jobs}`);
  const prepared = prepare(path, options);
  checkGiven(prepared.studyFolder, prepared.stages);
  const lease = takeLease(
    join(prepared.folder, ".lock"),
    prepared.folder,
    (text, cause) => new StudyError(`study: ${text}`, { cause }),
  );
  const pool = new Pool();
  try {
    signal?.throwIfAborted();
    const kept = keepRecord ? keptRecords(prepared) : new Set<string>();
    return await new Runner(prepared, pool, jobs, onProgress, kept).run(signal);
  } finally {
    await pool.close();
    lease.release();
  }
}

class Runner {
  private readonly known: KnownOutputs;
  private readonly reports: StudyReport["stages"] = [];
  private readonly advance: Advance;
  private readonly urgency: Map<string, number>;

  constructor(
    private readonly prepared: Prepared,
    private readonly pool: Pool,
    private readonly jobs: number,
    private readonly onProgress: (event: StudyEvent) => void,
    /** Stages whose record is enough. */
    private readonly kept: ReadonlySet<string>,
  ) {
    this.known = new KnownOutputs(prepared, kept);
    this.advance = new Advance(prepared.stages, jobs);
    this.urgency = urgencies(prepared.stages);
  }

  async run(signal?: AbortSignal): Promise<StudyReport> {
    const { folder, stages } = this.prepared;
    const first = planned(this.prepared, { kept: this.kept });
    this.onProgress({ type: "plan", stages: first, jobs: this.jobs, folder });
    const left = first.filter(({ state }) => state !== "done");
    await preflight(
      this.prepared,
      left.map(({ stage }) => stage),
    );
    const open = new Set(stages);
    // In the order of the plan, in which each stage stands after those that it needs: what is done counts from the beginning.
    for (const stage of stages) {
      if (this.known.waiting(stage).length > 0) continue;
      const status = this.known.status(stage);
      if (status.state === "done") this.skip(stage, status.note, open);
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
        const status = this.known.status(stage);
        if (status.state === "done") {
          this.skip(stage, status.note, open);
          continue;
        }
        open.delete(stage);
        const work = this.work(stage, status).catch((error: unknown) => {
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
      seconds: this.advance.seconds,
      stages: this.reports,
    };
  }

  /** Of the stages that could start now, the one that most other work waits for. */
  private next(open: ReadonlySet<Stage>): Stage | undefined {
    return [...open]
      .filter((stage) => this.known.waiting(stage).length === 0)
      .sort((a, b) => this.urgency.get(b.id)! - this.urgency.get(a.id)!)[0];
  }

  private skip(stage: Stage, note: Note, open: Set<Stage>): void {
    const { id, kind } = stage;
    open.delete(stage);
    this.known.settle(stage, note.outputs);
    this.advance.skip(stage);
    this.reports.push({ id, kind, ran: false, seconds: note.seconds });
    const overview = this.advance.overview();
    this.onProgress({ type: "skip", stage, note, overview });
  }

  private async work(
    stage: Stage,
    status: Exclude<Status, { state: "done" }>,
  ): Promise<void> {
    const { id, kind } = stage;
    const inputs = this.known.inputs(stage);
    const tell = (event: StageEvent): void => {
      const overview = this.advance.overview();
      this.onProgress({ ...event, stage, overview });
    };
    this.advance.start(stage);
    tell({ type: "start", reason: status.reason });
    let note: Note;
    try {
      note = await makeStage(this.prepared, this.pool, stage, status, inputs, {
        onAside: (paths) => tell({ type: "aside", paths }),
        onProgress: (progress) => {
          const fraction = progress.done / progress.total;
          const seconds = this.advance.step(stage, fraction);
          tell({ ...progress, type: "progress", seconds });
        },
      });
    } catch (error) {
      this.advance.fail(stage);
      throw error;
    }
    this.known.settle(stage, note.outputs);
    this.advance.finish(stage, note.seconds);
    this.reports.push({ id, kind, ran: true, seconds: note.seconds });
    tell({ type: "done", note });
  }
}
