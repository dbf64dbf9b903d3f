/** `weightShift` of models on disk, in several threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { builtFile } from "../../../built.js";
import { Checkpoint } from "../../../checkpoint/index.js";
import { CheckpointError } from "../../../error.js";
import type { TensorShift } from "./tensorShift.js";
import {
  planShift,
  progressOf,
  type ShiftJob,
  type ShiftPlan,
  type WeightShift,
  type WeightShiftOptions,
} from "./weightShift.js";
import type { WorkerAnswer, WorkerSetup } from "./worker.js";

/** Most threads that are started unasked: each takes about 100 MB. */
const MOST_THREADS = 3;

/** Options of `weightShiftOfFiles`. */
export interface WeightShiftOfFilesOptions extends WeightShiftOptions {
  /** Worker threads, default one a core and at most 3; results do not depend on it. */
  threads?: number;
}

/**
 * `weightShift` of .safetensors files or model folders of any size, in several threads: the same result, sooner.
 *
 * Cost: one pass over the files; about 100 MB for each thread, whatever the size of the models.
 *
 * @throws as `weightShift`; RangeError threads is no integer of at least 1
 * @example
 * await weightShiftOfFiles("models/sft", { math: "models/math" }, { threads: 2 })
 */
export async function weightShiftOfFiles(
  base: string,
  experts: Readonly<Record<string, string>>,
  {
    threads = Math.min(MOST_THREADS, availableParallelism()),
    ...options
  }: WeightShiftOfFilesOptions = {},
): Promise<WeightShift> {
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new RangeError(
      `weightShiftOfFiles: threads must be an integer of at least 1, got ${threads}`,
    );
  const plan = planFiles(base, experts, options);
  const hear = progressOf(plan, options.onProgress);
  const shifts = new Map<ShiftJob, TensorShift>();
  // The longest first, so that no thread is left with a long one at the end.
  const queue = [...plan.jobs].sort((a, b) => b.work - a.work);
  const setup = { base, experts: Object.values(experts) };
  const workers = queue.slice(0, threads).map(() => startWorker(setup));
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let job = queue.shift(); job; job = queue.shift()) {
          const current = job;
          const width = current.bytes / Math.max(1, current.place.entries);
          shifts.set(
            current,
            await run(worker, current, (entries) =>
              hear.read(current, entries * width),
            ),
          );
          hear.done(current);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return { ...plan.frame, tensors: plan.jobs.map((job) => shifts.get(job)!) };
}

/** Check everything from headers; the files are closed again. */
function planFiles(
  base: string,
  experts: Readonly<Record<string, string>>,
  options: WeightShiftOptions,
): ShiftPlan {
  const opened: Checkpoint[] = [];
  const open = (path: string): Checkpoint => {
    const checkpoint = Checkpoint.open(path);
    opened.push(checkpoint);
    return checkpoint;
  };
  try {
    const from = open(base);
    const to = Object.entries(experts).map(
      ([name, path]) => [name, open(path)] as const,
    );
    return planShift(from, Object.fromEntries(to), options);
  } finally {
    for (const checkpoint of opened) checkpoint.close();
  }
}

function startWorker(setup: WorkerSetup): Worker {
  return new Worker(builtFile("./worker.js", import.meta.url), {
    workerData: setup,
    execArgv: [],
  });
}

/** One tensor in one thread. */
function run(
  worker: Worker,
  { place, options }: ShiftJob,
  onRead: (entries: number) => void,
): Promise<TensorShift> {
  return new Promise((resolve, reject) => {
    // One by one: without its own listeners, which removeAllListeners() takes too, a worker hears no second message.
    const settle = (action: () => void): void => {
      worker.off("message", hear);
      worker.off("error", fail);
      worker.off("exit", end);
      action();
    };
    const hear = (answer: WorkerAnswer): void => {
      if (answer.type === "read") onRead(answer.entries);
      else if (answer.type === "done") settle(() => resolve(answer.shift));
      else settle(() => reject(rebuilt(answer)));
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const end = (code: number): void =>
      fail(
        new Error(
          `internal: a thread of weightShiftOfFiles ended with code ${code}`,
        ),
      );
    worker.on("message", hear);
    worker.on("error", fail);
    worker.on("exit", end);
    worker.postMessage({ place, options });
  });
}

/** An error of a thread, of the class that it had there. */
function rebuilt({
  name,
  message,
  stack,
}: Extract<WorkerAnswer, { type: "failed" }>): Error {
  const error =
    name === "CheckpointError"
      ? new CheckpointError(message)
      : new Error(message);
  error.stack = stack;
  return error;
}
