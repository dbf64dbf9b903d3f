/** Run a study on a Ray cluster that shares its folder: one job whose tasks are the study's stages. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { builtFile } from "../../built.js";
import { InfrastructureError, StudyError } from "../../error.js";
import { takeLease } from "../../io/index.js";
import { toolName } from "../../toolName.js";
import { Advance, urgencies } from "../run/advance.js";
import { readNote } from "../run/notes.js";
import {
  checkGiven,
  inspect,
  runFolder,
  type PlannedStage,
} from "../run/prepare.js";
import type { RunOptions, StudyEvent, StudyReport } from "../run/run.js";
import { readStudy } from "../spec/parse.js";
import {
  forgetJob,
  JobFolder,
  noteJob,
  workingJob,
  type RayEvent,
} from "./jobFolder.js";
import { hasEnded, RayJobs, rayToken, type RayJob } from "./rayJobs.js";

/** Options of `runOnRay`. */
export interface RayOptions extends Omit<RunOptions, "jobs"> {
  /** Python with Ray on the head; default "python3". */
  python?: string;
  /** How a node runs m2rl; default this program by its path. */
  command?: readonly string[];
  /** Bearer token; default where Ray looks for it. */
  token?: string;
  /** What the signal does: let the job go on without a follower, or stop it. Default "detach". */
  atStop?: "detach" | "cancel";
  /** Told in words: that a job is followed, and that a stage is tried again. */
  onNotice?: (text: string) => void;
}

/** Milliseconds between two looks at the files, and between two questions to the head. */
const EVERY = { files: 250, head: 2000 };

/** Milliseconds that the note of a finished stage may take to be seen here. */
const NOTE_PATIENCE = 60_000;

/** How a job that is stopped ends: its processes finish the step that they compute. */
const STOP = { RAY_JOB_STOP_WAIT_TIME_S: "20" };

/**
 * Run a study, or what is left of it, on a Ray cluster: `await runOnRay("/shared/hard", "http://head:8265", { profile: "full" })`.
 *
 * One job of the cluster runs the stages as tasks, each by `m2rl stage` on whichever node has room; the study's `resources` say what a
 * kind of stage needs. All nodes see the study's folder at the same path: it holds the graph, the events, the logs and, as after a local
 * run, the notes; the bytes of the results are those of a local run. The same call attaches to a job that is at work, and resumes what
 * is left after one that ended.
 *
 * @param path  folder with a `study.yml`, or the file, at the path at which the nodes see it
 * @param head  address of Ray's dashboard, for example "http://head:8265"
 * @throws StudyError a stage failed, or a node cannot run stages (each is named) · InfrastructureError the head does not answer, refuses
 *   the token, or the job ended without a word; nothing is lost · the signal's reason when stopped
 */
export async function runOnRay(
  path: string,
  head: string,
  options: RayOptions = {},
): Promise<StudyReport> {
  const { profile = "quick", only, token = rayToken() } = options;
  const stages = inspect(path, { profile, only, believe: false });
  const folder = resolve(runFolder(readStudy(path, profile).folder, profile));
  const lease = takeLease(
    join(folder, ".lock"),
    folder,
    (text, cause) => new StudyError(`study: ${text}`, { cause }),
  );
  const jobs = new RayJobs(head, token);
  try {
    await jobs.check();
    const id = await startOrFind(jobs, path, folder, stages, options);
    if (id === null) return new Follower(folder, "", stages, options).report();
    const follower = new Follower(folder, id, stages, options);
    return await watched(jobs, id, follower, folder, options);
  } finally {
    jobs.close();
    lease.release();
  }
}

/**
 * End the job that works in a study's folder.
 *
 * @returns its id; null where none is at work
 */
export async function cancelOnRay(
  path: string,
  head: string,
  {
    profile = "quick",
    token = rayToken(),
  }: { profile?: string; token?: string } = {},
): Promise<string | null> {
  const folder = resolve(runFolder(readStudy(path, profile).folder, profile));
  const job = workingJob(folder);
  if (job === null) return null;
  const jobs = new RayJobs(head, token);
  try {
    await stop(jobs, job.id);
  } finally {
    jobs.close();
  }
  forgetJob(folder);
  return job.id;
}

/** The id of the job to follow: that of one at work, or of a new one; null where there is nothing to do. */
async function startOrFind(
  jobs: RayJobs,
  path: string,
  folder: string,
  stages: readonly PlannedStage[],
  options: RayOptions,
): Promise<string | null> {
  const { onNotice = () => undefined } = options;
  const working = workingJob(folder);
  if (working !== null) {
    const found = await jobs.find(working.id);
    if (found !== null && !hasEnded(found)) {
      onNotice(`following Ray's job ${working.id}, which is at work`);
      return working.id;
    }
  }
  if (stages.every(({ state }) => state === "done")) return null;
  checkGiven(
    readStudy(path, options.profile ?? "quick").folder,
    stages.map(({ stage }) => stage),
  );
  const id = `m2rl-${randomBytes(6).toString("hex")}`;
  const own = new JobFolder(folder, id);
  own.prepare(graphOf(path, own.path, stages, options));
  noteJob(folder, { head: jobs.head, id });
  try {
    await jobs.submit(id, own.entrypoint(options.python ?? "python3"), STOP);
  } catch (error) {
    forgetJob(folder);
    throw error;
  }
  onNotice(`started Ray's job ${id}; its files are in ${own.path}`);
  return id;
}

function graphOf(
  path: string,
  folder: string,
  stages: readonly PlannedStage[],
  { profile = "quick", command }: RayOptions,
): Parameters<JobFolder["prepare"]>[0] {
  const urgency = urgencies(stages.map(({ stage }) => stage));
  const open = stages.filter(({ state }) => state !== "done");
  return {
    version: toolName(),
    command: command ?? [
      process.execPath,
      builtFile("../../cli.js", import.meta.url),
    ],
    study: resolve(path),
    profile,
    folder,
    needs: readStudy(path, profile).spec.resources,
    stages: open.map(({ stage: { id, kind, inputs } }) => ({
      id,
      kind,
      after: Object.values(inputs).flatMap(({ stage }) => stage ?? []),
      urgency: urgency.get(id)!,
    })),
  };
}

/** Follow a job to its end, or until the signal. */
async function watched(
  jobs: RayJobs,
  id: string,
  follower: Follower,
  folder: string,
  { signal, atStop = "detach" }: RayOptions,
): Promise<StudyReport> {
  let asked = -Infinity;
  for (;;) {
    if (signal?.aborted) {
      if (atStop === "cancel") {
        await stop(jobs, id);
        forgetJob(folder);
      }
      throw signal.reason;
    }
    const due = performance.now() - asked >= EVERY.head;
    const job = due ? await jobs.find(id) : undefined;
    if (due) asked = performance.now();
    // What was written before the head said that the job has ended is all there is.
    follower.look();
    if (job === null || (job !== undefined && hasEnded(job))) {
      await follower.settle();
      forgetJob(folder);
      return follower.end(job);
    }
    await sleep(EVERY.files);
  }
}

/** Stop a job and wait until it has ended. */
async function stop(jobs: RayJobs, id: string): Promise<void> {
  await jobs.stop(id);
  for (let job = await jobs.find(id); job !== null && !hasEnded(job);) {
    await sleep(EVERY.files);
    job = await jobs.find(id);
  }
}

/** Turns what a job writes into the events of a run. */
class Follower {
  private readonly files: JobFolder;
  private readonly advance: Advance;
  private readonly open: Map<string, PlannedStage["stage"]>;
  private readonly running = new Set<string>();
  /** Stages that are done, whose notes are not seen here yet. */
  private readonly unseen = new Set<string>();
  private readonly reports: StudyReport["stages"] = [];
  private readonly tell: (event: StudyEvent) => void;
  private problem: string | null = null;

  constructor(
    private readonly folder: string,
    id: string,
    private readonly stages: readonly PlannedStage[],
    private readonly options: RayOptions,
  ) {
    this.files = new JobFolder(folder, id);
    this.tell = options.onProgress ?? (() => undefined);
    this.advance = new Advance(
      stages.map(({ stage }) => stage),
      1,
    );
    this.open = new Map();
    for (const { stage, state } of stages) {
      if (state !== "done") this.open.set(stage.id, stage);
      else this.skip(stage);
    }
  }

  /** Read what is new. */
  look(): void {
    for (const event of this.files.events()) this.hear(event);
    for (const id of this.unseen) this.finish(id);
    for (const [id, stage] of this.open) {
      if (this.unseen.has(id)) continue;
      const news = this.files.news(id);
      if (news !== null) this.progress(stage, news);
    }
  }

  /** Wait for notes that other nodes have written and that are not seen here yet. */
  async settle(): Promise<void> {
    const until = performance.now() + NOTE_PATIENCE;
    while (this.unseen.size > 0) {
      if (performance.now() > until)
        throw new StudyError(
          `study: the note of ${[...this.unseen].join(", ")} must be seen in ${this.folder}, got none in ${NOTE_PATIENCE / 1000} s; do all nodes share the folder?`,
        );
      await sleep(EVERY.files);
      this.look();
    }
  }

  /** What came out of a job that has ended; null: the head has forgotten it. */
  end(job: RayJob | null): StudyReport {
    if (this.problem !== null) throw new StudyError(`study: ${this.problem}`);
    if (this.open.size === 0) return this.report();
    if (job?.status === "STOPPED")
      throw new StudyError(
        `study: Ray's job must run to its end, got one that was stopped with ${this.open.size} stages left; run the same command to resume`,
      );
    const message = job?.message.trim().split("\n").at(-1) ?? "";
    throw new InfrastructureError(
      `ray: the job must run to its end, got ${job?.status ?? "a head that no longer knows it"}${message === "" ? "" : ` (${message})`}; run the same command to resume`,
    );
  }

  report(): StudyReport {
    const { folder, reports: stages } = this;
    return { folder, seconds: this.advance.seconds, stages };
  }

  private skip(stage: PlannedStage["stage"]): void {
    const { id, kind } = stage;
    const note = readNote(this.folder, id)!;
    this.advance.skip(stage);
    this.reports.push({ id, kind, ran: false, seconds: note.seconds });
  }

  private hear(event: RayEvent): void {
    const { onNotice = () => undefined } = this.options;
    if (event.type === "nodes") {
      this.advance.sideBySide(event.cpus);
      const { stages, folder } = this;
      this.tell({ type: "plan", stages, jobs: event.cpus, folder });
    } else if (event.type === "refused") {
      this.problem = event.problems.join(" · ");
    } else if (event.type === "done") {
      this.unseen.add(event.stage);
    } else if (event.type === "again") {
      this.running.delete(event.stage);
      onNotice(`${event.stage} is tried again: ${event.why}`);
    } else {
      this.problem ??= `${event.stage} failed: ${event.why}`;
    }
  }

  /** A stage is done once its note is here. */
  private finish(id: string): void {
    const stage = this.open.get(id);
    const note = readNote(this.folder, id);
    if (note === null) return;
    this.unseen.delete(id);
    if (stage === undefined) return;
    this.open.delete(id);
    this.advance.finish(stage, note.seconds);
    const { kind } = stage;
    this.reports.push({ id, kind, ran: true, seconds: note.seconds });
    const overview = this.advance.overview();
    this.tell({ type: "done", stage, note, overview });
  }

  /** The log of a stage begins with the node that does it; then come its steps. */
  private progress(
    stage: PlannedStage["stage"],
    news: Record<string, unknown>,
  ): void {
    if (!this.running.has(stage.id)) {
      this.running.add(stage.id);
      this.advance.start(stage);
      const reason =
        typeof news["host"] === "string" ? `on ${news["host"]}` : "";
      const overview = this.advance.overview();
      this.tell({ type: "start", stage, reason, overview });
    }
    const { done, total, ...metrics } = news;
    if (typeof done !== "number" || typeof total !== "number") return;
    const seconds = this.advance.step(stage, done / total);
    const overview = this.advance.overview();
    const event = { type: "progress", stage, seconds, overview } as const;
    this.tell({
      ...event,
      done,
      total,
      metrics: metrics as Record<string, number>,
    });
  }
}
