/** What a worker is told to do, and how it answers; plain JSON, since it crosses a process boundary. */
import type { StudySpec } from "../graph/model.js";
import type { Stage } from "../graph/stage.js";

/** One stage with its places on disk. */
export interface Job<Spec extends object = object> {
  stage: Stage<Spec>;
  study: StudySpec;
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

/** Facts beside a stage's outputs, for its note: tokens, sizes, scores. */
export type Facts = Readonly<Record<string, unknown>>;
