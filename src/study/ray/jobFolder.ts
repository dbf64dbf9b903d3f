/** What a job and whoever follows it share: a folder of files in the study. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { builtFile } from "../../built.js";
import { StudyError } from "../../error.js";
import {
  BUDGETS,
  GrowingLines,
  readJson,
  writeFileAtomically,
} from "../../io/index.js";
import { failure } from "../run/failure.js";

/** The graph that the job reads. */
export interface RayGraph {
  version: string;
  /** How each node runs m2rl. */
  command: readonly string[];
  study: string;
  profile: string;
  /** Of the job: events and logs. */
  folder: string;
  needs: Readonly<Record<string, object>>;
  stages: readonly {
    id: string;
    kind: string;
    after: readonly string[];
    urgency: number;
  }[];
}

/** What the job's driver says. */
export type RayEvent =
  | { type: "nodes"; nodes: number; cpus: number }
  | { type: "refused"; problems: string[] }
  | { type: "done"; stage: string; host: string; node: string }
  | { type: "again" | "failed"; stage: string; why: string };

/** A job that was started in a run's folder and is not known to have ended. */
export interface WorkingJob {
  m2rl: "ray job";
  head: string;
  id: string;
}

function jobFile(runFolder: string): string {
  return join(runFolder, ".ray", "job.json");
}

/** The job that works in a run's folder; null where there is none. */
export function workingJob(runFolder: string): WorkingJob | null {
  const path = jobFile(runFolder);
  if (!existsSync(path)) return null;
  const job = readJson(path, BUDGETS.config, failure) as WorkingJob | null;
  if (job?.m2rl === "ray job") return job;
  throw new StudyError(
    `study: ${path} must say which Ray job works here, got something else; remove it if no job does`,
  );
}

/** Note that a job works in a run's folder. */
export function noteJob(
  runFolder: string,
  job: Omit<WorkingJob, "m2rl">,
): void {
  const text = JSON.stringify({ m2rl: "ray job", ...job });
  writeFileAtomically(jobFile(runFolder), [Buffer.from(`${text}\n`)]);
}

/** Forget the job that worked in a run's folder; its logs stay. */
export function forgetJob(runFolder: string): void {
  if (workingJob(runFolder) !== null) rmSync(jobFile(runFolder));
}

/**
 * Refuse to work where a Ray job may be at work.
 *
 * @throws StudyError there is one; it names the job and what to do
 */
export function checkNoRayJob(runFolder: string): void {
  const job = workingJob(runFolder);
  if (job !== null)
    throw new StudyError(
      `study: no other may work in ${runFolder} while Ray's job ${job.id} does; follow it with --on ray=${job.head}, end it with --cancel, or remove ${jobFile(runFolder)} if that cluster is gone`,
    );
}

/** The folder of one job, with the files that it needs. */
export class JobFolder {
  readonly path: string;
  /** Lines of the driver that nobody has asked for yet. */
  private readonly said: LastLines;
  private readonly logs = new Map<string, LastLines>();

  constructor(runFolder: string, id: string) {
    this.path = resolve(runFolder, ".ray", id);
    this.said = new LastLines(join(this.path, "events.jsonl"));
  }

  /** Write the graph, and the program that runs it. */
  prepare(graph: RayGraph): void {
    mkdirSync(this.path, { recursive: true });
    const text = `${JSON.stringify(graph, null, 1)}\n`;
    writeFileAtomically(join(this.path, "graph.json"), [Buffer.from(text)]);
    copyFileSync(
      builtFile("./stages_on_ray.py", import.meta.url),
      join(this.path, "stages_on_ray.py"),
    );
  }

  /** The command line of the job, for a shell. */
  entrypoint(python: string): string {
    const files = ["stages_on_ray.py", "graph.json"];
    return [python, ...files.map((file) => join(this.path, file))]
      .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
      .join(" ");
  }

  /** What the driver has said since the last call. */
  events(): RayEvent[] {
    return this.said.take().map((line) => JSON.parse(line) as RayEvent);
  }

  /** The last whole line of a stage's log that is JSON and new; null where there is none. */
  news(stage: string): Record<string, unknown> | null {
    const path = join(this.path, "logs", `${stage}.log`);
    const log = this.logs.get(stage) ?? new LastLines(path);
    this.logs.set(stage, log);
    const isJson = (line: string): boolean => line.startsWith("{");
    const line = log.take().filter(isJson).at(-1);
    return line === undefined ? null : parsed(line);
  }
}

/** The whole lines that came to a file since they were last taken; a file that is not there has none. */
class LastLines {
  private lines: string[] = [];
  private readonly source: GrowingLines;

  constructor(path: string) {
    this.source = new GrowingLines(
      path,
      (text) => new StudyError(`study: ${text}`),
      {
        clear: () => (this.lines = []),
        line: (bytes) => this.lines.push(bytes.toString("utf8")),
      },
    );
  }

  take(): string[] {
    this.source.refresh();
    const taken = this.lines;
    this.lines = [];
    return taken;
  }
}

/** A line of a log as JSON; null where it only looks like it. */
function parsed(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
