/** A worker process: takes one stage at a time from the runner, reports its progress, and dies with it. */
import { startEngine } from "../../engine/index.js";
import type { Facts, Job, Report } from "./job.js";
import { runSection, stopsItself } from "./section.js";

/** What a worker sends to the runner. */
export type Answer =
  | { type: "progress"; done: number; total: number; metrics?: object }
  | {
      type: "done";
      facts: Facts;
      engine: Readonly<Record<string, unknown>>;
    }
  | { type: "failed"; name: string; message: string; stack: string };

let busy = false;
const stopping = new AbortController();

// A runner that was killed cannot say so, and a stage computes without pause: its parent's number tells.
const RUNNER = process.ppid;

function send(answer: Answer): void {
  if (process.ppid !== RUNNER || !process.connected) process.exit(1);
  process.send!(answer);
}

async function work(job: Job): Promise<void> {
  try {
    const engine = { ...startEngine(), node: process.version };
    const report: Report = (progress) => {
      send({ type: "progress", ...progress });
      // Training hears the signal itself and keeps its last step; all other work is on disk when it is reported.
      if (!stopsItself(job.stage.kind)) stopping.signal.throwIfAborted();
    };
    const facts = await runSection(job, report, stopping.signal);
    send({ type: "done", facts, engine });
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    const {
      name,
      message,
      stack = "",
    } = error instanceof Error ? error : new Error(String(error));
    send({ type: "failed", name, message, stack });
  }
}

if (process.send) {
  // Ctrl-C reaches the whole group; the runner alone decides when a worker ends.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => {
    if (!busy) process.exit(0);
    stopping.abort(new Error("stopped"));
  });
  process.on("disconnect", () => process.exit(1));
  process.on("message", (job: Job) => {
    busy = true;
    void work(job).finally(() => {
      busy = false;
      if (stopping.signal.aborted) process.exit(0);
    });
  });
}
