/** Worker processes that run stages side by side, each with one thread so that results do not depend on the machine's cores. */
import { fork, type ChildProcess } from "node:child_process";
import { builtFile } from "../../built.js";
import { StudyError } from "../../error.js";
import type { Facts, Job, Progress } from "./job.js";
import type { Answer } from "./worker.js";

/** What a stage left behind: its facts, and the engine that computed it. */
export interface Finished {
  facts: Facts;
  engine: Readonly<Record<string, unknown>>;
}

const THREADS = {
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  OMP_NUM_THREADS: "1",
  TF_CPP_MIN_LOG_LEVEL: "3",
};

/** A fixed number of places for workers; a worker is started when first needed and takes stage after stage. */
export class Pool {
  private readonly idle: ChildProcess[] = [];
  private readonly all = new Set<ChildProcess>();
  private closed = false;

  /** Whether its workers were asked to end: what they did not finish was stopped, and did not fail. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Run one stage in a free worker; the caller keeps the number of running stages at `jobs`. */
  run(job: Job, onProgress: (progress: Progress) => void): Promise<Finished> {
    const worker = this.idle.pop() ?? this.start();
    return new Promise((resolve, reject) => {
      let stderr = "";
      const keep = (chunk: Buffer): void =>
        void (stderr = (stderr + chunk.toString()).slice(-2000));
      const settle = (action: () => void, reusable: boolean): void => {
        worker.off("message", hear);
        worker.off("exit", end);
        worker.stderr?.off("data", keep);
        if (reusable && !this.closed) this.idle.push(worker);
        action();
      };
      const hear = (answer: Answer): void => {
        if (answer.type === "progress") onProgress(answer);
        else if (answer.type === "done") settle(() => resolve(answer), true);
        else settle(() => reject(failure(job, answer)), true);
      };
      const end = (code: number | null, signal: string | null): void => {
        this.all.delete(worker);
        const last = stderr.trim().split("\n").at(-1) ?? "";
        const text = `study: ${job.stage.id} must finish, got a worker that ended with ${signal ?? `code ${code}`}`;
        settle(
          () =>
            reject(
              new StudyError(
                `${text}${last === "" ? "" : ` (${last})`}; run the same command to resume`,
              ),
            ),
          false,
        );
      };
      worker.on("message", hear);
      worker.on("exit", end);
      worker.stderr?.on("data", keep);
      worker.send(job);
    });
  }

  private start(): ChildProcess {
    const worker = fork(builtFile("./worker.js", import.meta.url), [], {
      env: { ...process.env, ...THREADS },
      execArgv: [],
      serialization: "json",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.all.add(worker);
    return worker;
  }

  /**
   * End all workers; returns when the last one is gone.
   *
   * Each is asked first and finishes the step it computes, so that nothing is lost; one that does not answer is killed,
   * which is safe as well, since everything it writes is renamed into place or appended in whole blocks.
   */
  async close(): Promise<void> {
    this.closed = true;
    const ends = [...this.all].map((worker) => endOf(worker));
    await Promise.all(ends);
  }
}

const PATIENCE = 15_000;

function endOf(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (worker.exitCode !== null || worker.signalCode !== null)
      return resolve();
    const timer = setTimeout(() => worker.kill("SIGKILL"), PATIENCE);
    worker.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    worker.kill("SIGTERM");
  });
}

function failure(
  job: Job,
  { name, message, stack }: Extract<Answer, { type: "failed" }>,
): StudyError {
  const cause = new Error(message);
  cause.name = name;
  cause.stack = stack;
  return new StudyError(`study: ${job.stage.id} failed: ${message}`, { cause });
}
