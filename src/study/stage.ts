/** A stage of a study: one unit of work with what it reads and writes. */
import type { Json } from "./hash.js";

/** What a stage does. */
export type StageKind =
  | "sft"
  | "rl"
  | "merge"
  | "distill"
  | "evaluate"
  | "trajectory"
  | "size"
  | "neighborhood"
  | "pair"
  | "verification"
  | "overlap"
  | "weightShift"
  | "imitation"
  | "familyScores"
  | "familyShape"
  | "analysis";

/** A file or model folder that a stage reads. */
export interface Input {
  /** The stage that writes it; null for the base model, which is part of the study. */
  stage: string | null;
  /** Path under the run's folder (under the study's folder for the base model). */
  path: string;
}

/** One unit of work: done completely or not at all, skipped when nothing it depends on has changed. */
export interface Stage {
  /** For example "seed1/experts/math". */
  id: string;
  kind: StageKind;
  /** 0 for `analysis`, which reads all seeds. */
  seed: number;
  /** Name of the model that it makes or scores; "" for `analysis`. */
  model: string;
  /** Everything besides the inputs that the result depends on. */
  spec: { readonly [key: string]: Json | undefined };
  inputs: Readonly<Record<string, Input>>;
  /** What it writes, under the run's folder. */
  outputs: readonly string[];
  /** Rough work, seconds of one core; only the order of work and the first estimate of time depend on it. */
  work: number;
}
