/** The training stages: fine-tuning on the blend, reinforcement learning of an expert or the mixed run, distillation, imitation. */
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readConfiguration, writeModelFolder } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import { folderFiles, type Policy } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import {
  trainDistill,
  trainGrpo,
  trainImitation,
  trainSft,
  type ImitationSource,
  type StepMetrics,
} from "../../train/index.js";
import type { DistillSpec, MultiSpec, RlSpec, SftSpec } from "../spec.js";
import type { Job, Report, Result } from "./job.js";
import { inputPath, outputPath } from "./paths.js";

// Workers run side by side: at 2,048 tokens a forward and backward pass one needs 1.3 GB instead of 2.1 GB at 8,192, in the
// same time (measured on the agent's runs, the longest sequences).
const MICRO_BATCH_TOKENS = 2048;

/** Where a training stage writes, and to whom it tells its steps. */
function outputs(job: Job, steps: number, report: Report, signal: AbortSignal) {
  return {
    out: outputPath(job, 0),
    log: outputPath(job, 1),
    signal,
    microBatchTokens: MICRO_BATCH_TOKENS,
    onStep: (metrics: StepMetrics): void =>
      report({ done: metrics.step + 1, total: steps, metrics }),
  };
}

/** Fine-tune the base model. */
export async function sftStage(
  job: Job,
  report: Report,
  signal: AbortSignal,
): Promise<Result> {
  const spec = job.stage.spec as unknown as SftSpec & { seed: number };
  const { tokens } = await trainSft({
    ...spec,
    init: inputPath(job, "init"),
    ...outputs(job, spec.steps, report, signal),
    checkpointEvery: 20,
  });
  return { facts: { tokens } };
}

/** Train an expert or the mixed run, and keep the checkpoints that later stages read. */
export async function rlStage(
  job: Job,
  report: Report,
  signal: AbortSignal,
): Promise<Result> {
  const spec = job.stage.spec as unknown as MultiSpec & {
    seed: number;
    domains: Domain[];
  };
  const init = inputPath(job, "init");
  const kept = new Map(
    job.stage.outputs
      .slice(2)
      .map((path) => [Number(basename(path).slice("step".length)), path]),
  );
  // The trainer calls back at the multiples of one number.
  const every = [...kept.keys()].reduce(gcd, 0);
  const { tokens } = await trainGrpo({
    ...spec,
    name: spec.domains.length > 1 ? "multi" : spec.domains[0]!,
    init,
    ...outputs(job, spec.steps, report, signal),
    checkpointEvery: 5,
    ...(every > 0 && {
      evaluateEvery: every,
      onEvaluate: (step: number, policy: Policy) => {
        const path = kept.get(step);
        if (path !== undefined)
          keepCheckpoint(join(job.runFolder, path), step, init, policy, job);
      },
    }),
  });
  return { facts: { tokens } };
}

/** Train a student that the experts teach. */
export async function distillStage(
  job: Job,
  report: Report,
  signal: AbortSignal,
): Promise<Result> {
  const spec = job.stage.spec as unknown as DistillSpec & {
    seed: number;
    domains: Domain[];
  };
  const { tokens } = await trainDistill({
    ...spec,
    name: job.stage.model,
    init: inputPath(job, "init"),
    teachers: Object.fromEntries(
      spec.domains.map((domain) => [domain, inputPath(job, domain)]),
    ),
    ...outputs(job, spec.steps, report, signal),
    checkpointEvery: 5,
  });
  return { facts: { tokens } };
}

/** Fine-tune one expert on correct answers of its domain. */
export async function imitationStage(
  job: Job,
  report: Report,
  signal: AbortSignal,
): Promise<Result> {
  const spec = job.stage.spec as unknown as RlSpec & {
    seed: number;
    domains: Domain[];
    source: ImitationSource;
  };
  const { tokens } = await trainImitation({
    ...spec,
    init: inputPath(job, "init"),
    ...outputs(job, spec.steps, report, signal),
    checkpointEvery: 5,
  });
  return { facts: { tokens } };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function keepCheckpoint(
  path: string,
  step: number,
  init: string,
  policy: Policy,
  job: Job,
): void {
  const { store } = job.stage.spec as { store?: RlSpec["store"] };
  mkdirSync(dirname(path), { recursive: true });
  writeModelFolder(path, {
    config: { ...readConfiguration(init) },
    params: policy.toParams(store === "bfloat16" ? "BF16" : "F32"),
    files: folderFiles(Tokenizer.fromFile(join(init, "tokenizer.json")), init),
    provenance: { stage: job.stage.id, step, inputs: job.inputHashes },
  });
}
