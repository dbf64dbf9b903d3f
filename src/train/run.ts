/** What all training stages share: their common options, the run itself, and the model folder it ends with. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeModelFolder } from "../checkpoint/index.js";
import { engineInfo } from "../engine/index.js";
import { CheckpointError } from "../error.js";
import { configToJson } from "../model/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import type { Learner } from "./learner.js";
import { runSteps, type LoopOptions, type StepReport } from "./loop.js";
import type { StepMetrics, TokenCounts } from "./metrics.js";
import type { Store } from "./optimizer.js";

/** Options of every training stage. */
export interface RunOptions<
  Metrics extends StepMetrics = StepMetrics,
> extends Omit<LoopOptions<Metrics>, "checkpoints" | "checkpointEvery"> {
  /** Model folder to write; an existing one is replaced when the run is complete. */
  out: string;
  seed: number;
  /** Optimizer steps. */
  steps?: number;
  /** Peak learning rate. */
  learningRate?: number;
  /** Decay of Adam's moments. */
  betas?: readonly [number, number];
  /** Decoupled weight decay of matrices. */
  weightDecay?: number;
  /** Largest global norm of the gradient. */
  clip?: number;
  /** How weights are kept between steps; "bfloat16" is the paper's storage, see `AdamWOptions`. Default "float32". */
  store?: Store;
  /** Tokens of one forward and backward pass, padding included: a bound on memory. */
  microBatchTokens?: number;
  /** Steps between two checkpoints. */
  checkpointEvery?: number;
  /** Folder of the checkpoints while the run lasts; default `<out>.checkpoints`. Removed at the end. */
  checkpoints?: string;
}

/** What a training stage returns. */
export interface TrainResult<Metrics extends StepMetrics = StepMetrics> {
  /** The model folder that was written. */
  out: string;
  /** One entry a step, as in the log. */
  metrics: Metrics[];
  /** Sums over all steps. */
  tokens: TokenCounts;
  /** Sum over all steps, those before a resume included. */
  seconds: number;
}

/** Short hash of everything that a run's result depends on. */
function fingerprint(parts: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(parts))
    .digest("hex")
    .slice(0, 12);
}

/**
 * SHA-256 of the weights of a model folder: of its safetensors files in the order of their names.
 *
 * @throws CheckpointError the folder has none
 */
export function hashWeights(folder: string): string {
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  } catch (cause) {
    throw new CheckpointError(
      `hashWeights: ${folder} must be a model folder, got "${String(cause)}"`,
      { cause },
    );
  }
  if (files.length === 0)
    throw new CheckpointError(
      `hashWeights: ${folder} must hold a safetensors file, got none`,
    );
  const hash = createHash("sha256");
  for (const file of files.sort())
    hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

/** Sum over the steps of a run. */
export function totals(metrics: readonly StepMetrics[]): {
  tokens: TokenCounts;
  seconds: number;
} {
  const tokens: TokenCounts = { prefill: 0, sampled: 0, trained: 0 };
  let seconds = 0;
  for (const line of metrics) {
    for (const kind of ["prefill", "sampled", "trained"] as const)
      tokens[kind] += line.tokens[kind];
    if (line.tokens.scored !== undefined)
      tokens.scored = (tokens.scored ?? 0) + line.tokens.scored;
    seconds += line.seconds.total;
  }
  return { tokens, seconds: Number(seconds.toFixed(3)) };
}

/** What stands in `provenance.json` beside the sums. */
export interface Origin {
  /** "pretrain", "sft", "grpo", "imitation" or "distill". */
  kind: string;
  /** SHA-256 of the weights that the run started from. */
  init?: string;
  /** SHA-256 of each teacher's weights. */
  teachers?: Record<string, string>;
  /** Every option that the result depends on. */
  options: { steps: number };
}

/** What a training stage consists of: `completeRun` does the rest. */
export interface Run<Metrics extends StepMetrics> {
  learner: Learner;
  tokenizer: Tokenizer;
  origin: Origin;
  /** Does one step; depends on its number and the learner alone. */
  step: (step: number) => StepReport<Metrics>;
  /** Steps between two checkpoints where the caller of the stage does not say. */
  checkpointEvery: number;
  /** How weights are written; default as they were kept: float32, or bfloat16 without loss. */
  dtype?: "F32" | "BF16";
}

/**
 * Run the steps of a stage, or those left after its last checkpoint; write the trained model as a Hugging Face folder with its
 * provenance, then remove the checkpoints.
 *
 * @throws as `runSteps`
 */
export async function completeRun<Metrics extends StepMetrics>(
  run: Run<Metrics>,
  options: RunOptions<Metrics>,
): Promise<TrainResult<Metrics>> {
  const { learner, tokenizer, origin, step } = run;
  const { out, checkpoints = `${out}.checkpoints` } = options;
  const { checkpointEvery = run.checkpointEvery } = options;
  const { dtype = learner.store === "bfloat16" ? "BF16" : "F32" } = run;
  const metrics = await runSteps(
    learner,
    origin.options.steps,
    fingerprint([origin, tokenizer.json]),
    step,
    { ...options, checkpoints, checkpointEvery },
  );
  const sums = totals(metrics);
  writeModelFolder(out, {
    config: configToJson(learner.policy.config),
    params: learner.policy.toParams(dtype),
    tokenizer: JSON.stringify(tokenizer.json),
    provenance: {
      ...origin,
      steps: metrics.length,
      ...sums,
      engine: engineInfo(),
    },
  });
  rmSync(checkpoints, { recursive: true, force: true });
  return { out, metrics, ...sums };
}
