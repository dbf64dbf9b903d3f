/** `weightShift` of models on disk, in several threads. */
import { availableParallelism } from "node:os";
import { builtFile } from "../../../built.js";
import { Checkpoint } from "../../../checkpoint/index.js";
import { lotsOf, Threads } from "../../../io/index.js";
import type { TensorShift } from "./tensorShift.js";
import {
  planShift,
  progressOf,
  type ShiftJob,
  type ShiftPlan,
  type WeightShift,
  type WeightShiftOptions,
} from "./weightShift.js";
import type { WorkerJob, WorkerSetup } from "./worker.js";

/** Most threads that are started unasked: each takes about 100 MB. */
const MOST_THREADS = 3;

/** Nanoseconds that an entry takes about, to say how large a lot is. */
const PER_ENTRY = 16;

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
 * @throws as `weightShift`; CheckpointError a model was changed meanwhile · RangeError threads is not an integer of at least 1
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
  const { plan, models } = planFiles(base, experts, options);
  const hear = progressOf(plan, options.onProgress);
  const shifts = new Map<ShiftJob, TensorShift>();
  // The longest first, so that no thread is left with a long one at the end.
  const longestFirst = [...plan.jobs].sort((a, b) => b.work - a.work);
  const queue = lotsOf(longestFirst, ({ work }) => work / PER_ENTRY);
  let next = 0;
  const workers = new Threads<WorkerSetup, WorkerJob, TensorShift[], number>({
    module: builtFile("./worker.js", import.meta.url),
    setup: { base, experts: Object.values(experts) },
    caller: "weightShiftOfFiles",
  });
  const measure = async (lot: readonly ShiftJob[]): Promise<void> => {
    const [first] = lot;
    const width = first!.bytes / Math.max(1, first!.place.entries);
    const { spectra: _, ...shared } = first!.options;
    const found = await workers.run(
      {
        places: lot.map(({ place, options: { spectra } }) => ({
          place,
          spectra,
        })),
        options: shared,
      },
      (entries) => hear.read(first!, entries * width),
    );
    lot.forEach((job, i) => {
      shifts.set(job, found[i]!);
      if (lot.length > 1) hear.read(job, job.bytes);
      hear.done(job);
    });
  };
  const places = Array.from({ length: Math.min(threads, queue.length) });
  try {
    await Promise.all(
      places.map(async () => {
        // Not by shift(): of a hundred thousand tensors that moves all the others each time.
        while (next < queue.length) await measure(queue[next++]!);
      }),
    );
  } finally {
    await workers.close();
  }
  // Read tensor by tensor: a model that was replaced meanwhile would be two models in one table.
  for (const model of models) model.checkUnchanged();
  return { ...plan.frame, tensors: plan.jobs.map((job) => shifts.get(job)!) };
}

/** Check everything from headers; the files are closed again, and `models` knows how they were. */
function planFiles(
  base: string,
  experts: Readonly<Record<string, string>>,
  options: WeightShiftOptions,
): { plan: ShiftPlan; models: readonly Checkpoint[] } {
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
    const plan = planShift(from, Object.fromEntries(to), options);
    return { plan, models: opened };
  } finally {
    for (const checkpoint of opened) checkpoint.close();
  }
}
