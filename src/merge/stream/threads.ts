/** Worker threads that take one job after the other. */
import { Worker } from "node:worker_threads";
import { builtFile } from "../../built.js";
import { CheckpointError, M2rlError } from "../../error.js";
import type { Answer, Job, JobResult, WorkerSetup } from "./plan/job.js";

/** An error that a worker reported, of the class that it had there. */
function rebuilt({
  name,
  message,
  stack,
}: Extract<Answer, { type: "failed" }>): Error {
  const error =
    name === "CheckpointError"
      ? new CheckpointError(message)
      : name === "RangeError"
        ? new RangeError(message)
        : new Error(message);
  error.stack = stack;
  return error;
}

/** A fixed number of threads. */
export class Threads {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  constructor(private readonly setup: WorkerSetup) {}

  /** Run one job in a free thread; a new one starts when none is free, so the caller bounds their number. */
  run<Type extends Job["type"]>(
    job: Extract<Job, { type: Type }>,
  ): Promise<JobResult[Type]> {
    return this.send(this.idle.pop() ?? this.start(), job);
  }

  /** Run one job in every thread; none may be at work. */
  everywhere<Type extends Job["type"]>(
    job: Extract<Job, { type: Type }>,
  ): Promise<JobResult[Type][]> {
    return Promise.all(
      this.idle.splice(0).map((worker) => this.send<Type>(worker, job)),
    );
  }

  private send<Type extends Job["type"]>(
    worker: Worker,
    job: Extract<Job, { type: Type }>,
  ): Promise<JobResult[Type]> {
    return new Promise((resolve, reject) => {
      // Only these listeners: the worker has others of its own, without which it hears nothing.
      const settle = (action: () => void): void => {
        worker.off("message", hear).off("error", fail).off("exit", end);
        action();
      };
      const hear = (answer: Answer): void =>
        settle(() => {
          this.idle.push(worker);
          if (answer.type === "failed") reject(rebuilt(answer));
          else resolve(answer.result as JobResult[Type]);
        });
      const fail = (error: Error): void => settle(() => reject(error));
      const end = (code: number): void =>
        fail(
          new M2rlError(
            `merge: threads must live until they are told to end, got one that ended with code ${code}`,
          ),
        );
      worker.on("message", hear).on("error", fail).on("exit", end);
      worker.postMessage(job);
    });
  }

  private start(): Worker {
    const worker = new Worker(builtFile("./worker.js", import.meta.url), {
      workerData: this.setup,
      execArgv: [],
    });
    this.all.add(worker);
    return worker;
  }

  /** End all threads, whatever they do; a job that runs fails. */
  async close(): Promise<void> {
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }
}
