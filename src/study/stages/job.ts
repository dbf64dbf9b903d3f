/** What a worker is told to do, and how it answers; plain JSON, since it crosses a process boundary. */
import type { Stage } from "../plan.js";

/** One stage with its places on disk. */
export interface Job {
  stage: Stage;
  /** Folder of the study: the base model's path starts here. */
  studyFolder: string;
  /** Folder of the profile's run: all other paths start here. */
  runFolder: string;
  /** Hash of each input, by its name in the stage. */
  inputHashes: Readonly<Record<string, string>>;
}

/** What a stage reports while it runs. */
export interface Progress {
  /** Units done and in all; their meaning is the stage's own (steps, samples, merges). */
  done: number;
  total: number;
  /** The training log's line of the step just done; only of training stages. */
  metrics?: object;
}

/** Called by a stage after each unit of work. */
export type Report = (progress: Progress) => void;

/** What a stage returns for its provenance. */
export interface Result {
  /** Facts beside the outputs: tokens, sizes, scores. */
  facts: Readonly<Record<string, unknown>>;
}
