/** Worker threads that take one job after the other: one protocol, for both ends. */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { CheckpointError, M2rlError, ShapeError } from "../error.js";

/** What a thread answers; an error loses its class on the way between threads. */
type Answer<Result, News> =
  | { type: "news"; news: News }
  | { type: "done"; result: Result }
  | { type: "failed"; name: string; message: string; stack: string };

/** Classes of errors that come back as what they were; all others as Error. */
const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  CheckpointError,
  M2rlError,
  RangeError,
  ShapeError,
};

function rebuilt(name: string, message: string, stack: string): Error {
  const error = new (CLASSES[name] ?? Error)(message);
  error.stack = stack;
  return error;
}

/** What every thread of a pool is given. */
export interface ThreadsOptions<Setup> {
  /** Path of the built module that calls `serveThread`. */
  module: string;
  /** What it is told when it starts; copied. */
  setup: Setup;
  /** Who asks, for messages. */
  caller: string;
  /** Seconds that a job may take before its thread is ended and the job fails; default: no limit. */
  patience?: number;
}

/**
 * Threads that start when they are needed and take job after job; the caller bounds how many jobs run at a time.
 *
 * @example
 * const threads = new Threads<number, number, number>({ module: "./timesWorker.mjs", setup: 2, caller: "times" });
 * await threads.run(21) // 42
 * await threads.close();
 */
export class Threads<Setup, Job, Result, News = never> {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  constructor(private readonly options: ThreadsOptions<Setup>) {}

  /**
   * Run one job in a free thread; a new one starts when none is free.
   *
   * @param onNews  hears what the job says before it is done
   * @throws the error of the job, of the class that it had · M2rlError the thread exited unexpectedly
   */
  run(job: Job, onNews?: (news: News) => void): Promise<Result> {
    return this.send(this.idle.pop() ?? this.start(), job, onNews);
  }

  /** Run one job in every thread that there is; none may be at work. */
  everywhere(job: Job): Promise<Result[]> {
    return Promise.all(
      this.idle.splice(0).map((worker) => this.send(worker, job)),
    );
  }

  /** End one thread for good. */
  private drop(worker: Worker): void {
    this.all.delete(worker);
    void worker.terminate();
  }

  private send(
    worker: Worker,
    job: Job,
    onNews?: (news: News) => void,
  ): Promise<Result> {
    const { caller, patience } = this.options;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      // Only these listeners: the worker has others of its own, without which it hears nothing.
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        worker.off("message", hear).off("error", fail).off("exit", end);
        action();
      };
      const hear = (answer: Answer<Result, News>): void => {
        if (answer.type === "news") return onNews?.(answer.news);
        settle(() => {
          this.idle.push(worker);
          if (answer.type === "done") resolve(answer.result);
          else reject(rebuilt(answer.name, answer.message, answer.stack));
        });
      };
      const fail = (error: Error): void =>
        settle(() => {
          this.drop(worker);
          reject(error);
        });
      const end = (code: number): void =>
        fail(
          new M2rlError(
            `${caller}: threads must live until they are closed, got one that exited with code ${code}`,
          ),
        );
      if (patience !== undefined)
        timer = setTimeout(
          () =>
            fail(new M2rlError(`${caller}: no answer within ${patience} s`)),
          1000 * patience,
        );
      worker.on("message", hear).on("error", fail).on("exit", end);
      worker.postMessage(job);
    });
  }

  private start(): Worker {
    const { module, setup } = this.options;
    const worker = new Worker(module, { workerData: setup, execArgv: [] });
    this.all.add(worker);
    return worker;
  }

  /** End all threads, whatever they do; a job that runs fails. */
  async close(): Promise<void> {
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }
}

/**
 * The thread's end: does each job that comes; outside a thread it does nothing, so that its module can be imported.
 *
 * @param begin  called with the setup before the first job; gives what does a job
 * @param rest   called after each answer
 * @example
 * serveThread((factor: number) => (job: number) => factor * job)
 */
export function serveThread<Setup, Job, Result, News = never>(
  begin: (setup: Setup) => (job: Job, say: (news: News) => void) => Result,
  rest?: () => void,
): void {
  const port = parentPort;
  if (port === null) return;
  const post = (answer: Answer<Result, News>): void => port.postMessage(answer);
  let work: ReturnType<typeof begin> | undefined;
  port.on("message", (job: Job) => {
    try {
      work ??= begin(workerData as Setup);
      post({
        type: "done",
        result: work(job, (news) => post({ type: "news", news })),
      });
    } catch (error) {
      const { name, message, stack = "" } = error as Error;
      post({ type: "failed", name, message, stack });
    }
    rest?.();
  });
}
