/** What main thread and workers tell each other. */
import type { Dtype, ShardPlan } from "../../../checkpoint/index.js";
import type { MergeContext, Survey } from "../../tensor.js";
import type { Rounding } from "../../recipe/recipe.js";
import type { MergedTensor } from "./planTensors.js";
import type { Survival } from "../survival.js";

/** What a worker needs to know before its first job. */
export interface WorkerSetup {
  method: string;
  context: Omit<MergeContext, "survey">;
  rounding: Rounding;
  /** Format that inputs are rounded to; null: none. */
  dtype: Dtype | null;
  /** Paths of the models, by the indices of the plan. */
  models: readonly string[];
  tensors: readonly MergedTensor[];
  /** Folder of the shards under way, and their plan. */
  folder: string;
  shards: ShardPlan;
  /** Bytes read, bytes written, and entries done, as they grow. */
  progress: SharedArrayBuffer;
}

/** One thing to do; `tensors` are indices into the plan. */
export type Job =
  | { type: "survey"; tensors: readonly number[]; found: unknown }
  | { type: "collect" }
  | { type: "merge"; tensors: readonly number[]; found: unknown }
  | { type: "flush"; file: string }
  | { type: "hash"; file: string };

/** What a job gives. */
export interface JobResult {
  /** The thread keeps the statistic, added to those of its other tensors: it may be large. */
  survey: null;
  /** The statistic of all tensors that the thread surveyed since it was last asked; null for none. */
  collect: Survey | null;
  /** Of each tensor. */
  merge: (Survival | null)[];
  /** SHA-256 of the file, which is then on the disk. */
  flush: string;
  /** SHA-256 of the file. */
  hash: string;
}

/** Places in the progress buffer. */
export const READ = 0;
/** Bytes written. */
export const WRITTEN = 1;
/** Entries surveyed or merged. */
export const DONE = 2;
/** Number of places. */
export const PLACES = 3;
