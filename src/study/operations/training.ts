/** What all operations that train have in common: their budget, where they write, whom they tell, and the checkpoints that are kept. */
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readConfiguration, writeModelFolder } from "../../checkpoint/index.js";
import { folderFilesOf, type Policy } from "../../model/index.js";
import type { StepMetrics, Store } from "../../train/index.js";
import type { Domain } from "../../domains/index.js";
import type { Model, Role } from "../graph/model.js";
import {
  addWork,
  times,
  type Input,
  type Place,
  type Work,
} from "../graph/stage.js";
import type { Job, Report } from "../run/job.js";
import { inputPath, outputPath } from "../run/paths.js";
import { parent } from "./operation.js";

// Workers run side by side: at 2,048 tokens a forward and backward pass one needs 1.3 GB instead of 2.1 GB at 8,192, in the
// same time (measured on the agent's runs, the longest sequences).
const MICRO_BATCH_TOKENS = 2048;

/** Settings of a trainer that draws answers to tasks which a study must give. */
export const ANSWERS = [
  "steps",
  "promptsPerStep",
  "groupSize",
  "learningRate",
] as const;

/** One of them. */
export type AnswerSetting = (typeof ANSWERS)[number];

/** The size of a run that draws answers to tasks. */
export type Answers = Record<Exclude<AnswerSetting, "learningRate">, number>;

/** Answers that a run draws in all. */
export function answersOf({
  steps,
  promptsPerStep,
  groupSize,
}: Answers): number {
  return steps * promptsPerStep * groupSize;
}

/** Parts of an operation that trains one model. */
export const TRAINED: {
  parents: { from: "one" };
  steps: (options: { steps: number }) => number;
  spec: <Options extends object>(
    model: Model<Options>,
    seed: number,
  ) => Options & { seed: number };
  inputs: (model: Model, place: Place) => { init: Input };
} = {
  parents: { from: "one" },
  steps: ({ steps }) => steps,
  spec: ({ options }, seed) => ({ seed, ...options }),
  inputs: (model, place) => ({ init: place.input(parent(model, "from")) }),
};

/** The same of an operation that trains on tasks of some domains: a model of one domain is an expert. */
export const TRAINED_ON_TASKS: typeof TRAINED & {
  domains: (options: { domains: Domain[] }) => readonly Domain[];
  role: (options: { domains: Domain[] }) => Role;
} = {
  ...TRAINED,
  domains: ({ domains }) => domains,
  role: ({ domains }) => (domains.length === 1 ? "expert" : "multi"),
};

/**
 * Work of a run whose answers are spread evenly over its domains.
 *
 * @param plain  of one answer
 * @param agent  of one in the agent's domain
 */
export function answersWork(
  options: Answers & { domains: readonly Domain[] },
  plain: Work,
  agent: Work,
): Work {
  const { domains } = options;
  const answers = answersOf(options);
  const share = domains.includes("agent") ? 1 / domains.length : 0;
  return addWork(
    times(answers * (1 - share), plain),
    times(answers * share, agent),
  );
}

/** The options of a trainer that do not come from the study file. */
export interface TrainingPlaces {
  init: string;
  out: string;
  log: string;
  signal: AbortSignal;
  microBatchTokens: number;
  onStep: (metrics: StepMetrics) => void;
  evaluateEvery?: number;
  onEvaluate?: (step: number, policy: Policy) => void;
}

/** Folders of the checkpoints among a stage's outputs, by their steps. */
export function keptSteps({ stage, runFolder }: Job): Map<number, string> {
  return new Map(
    stage.outputs
      .slice(2)
      .map((path) => [
        Number(basename(path).slice("step".length)),
        join(runFolder, path),
      ]),
  );
}

/** Where a run writes, to whom it tells its steps, and which checkpoints it keeps: those among the stage's outputs. */
export function trainingPlaces(
  job: Job<{ steps: number; store?: Store }>,
  report: Report,
  signal: AbortSignal,
): TrainingPlaces {
  const { steps } = job.stage.spec;
  const init = inputPath(job, "init");
  const kept = keptSteps(job);
  // The trainer calls back at the multiples of one number.
  const every = [...kept.keys()].reduce(gcd, 0);
  return {
    init,
    out: outputPath(job, 0),
    log: outputPath(job, 1),
    signal,
    microBatchTokens: MICRO_BATCH_TOKENS,
    onStep: (metrics) =>
      report({ done: metrics.step + 1, total: steps, metrics }),
    ...(every > 0 && {
      evaluateEvery: every,
      onEvaluate: (step: number, policy: Policy) => {
        const path = kept.get(step);
        if (path !== undefined) keepCheckpoint(path, step, init, policy, job);
      },
    }),
  };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function keepCheckpoint(
  path: string,
  step: number,
  init: string,
  policy: Policy,
  { stage, inputHashes }: Job<{ store?: Store }>,
): void {
  mkdirSync(dirname(path), { recursive: true });
  writeModelFolder(path, {
    config: { ...readConfiguration(init) },
    params: policy.toParams(stage.spec.store === "bfloat16" ? "BF16" : "F32"),
    files: folderFilesOf(init),
    provenance: { stage: stage.id, step, inputs: inputHashes },
  });
}
