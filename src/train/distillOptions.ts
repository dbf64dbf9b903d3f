/** Options of distillation, with their defaults and checks. */
import { basename } from "node:path";
import { DOMAINS, type Domain } from "../domains/index.js";
import { TrainError } from "../error.js";
import { checkOptions } from "./checkOptions.js";
import { checkTaskOrder, quotaSum } from "./checkTaskOrder.js";
import type { DistillMetrics } from "./metrics.js";
import type { Store } from "./optimizer.js";
import type { RunOptions } from "./run.js";
import { RL_DATASET_SIZES, RL_LEVELS, type TaskOrder } from "./tasks.js";
import type { TeacherFolders } from "./teachers.js";

/**
 * How a student learns from its teachers; who samples, and what is minimised:
 * - "onPolicy": the student samples; policy gradient with advantage log p(teacher) − log p(student) of each sampled token, the
 *   paper's MT-OPD;
 * - "reverseKl": the student samples; KL(student‖teacher) over the whole vocabulary at each token (Gu et al. 2024, arXiv
 *   2306.08543; Agarwal et al. 2024, arXiv 2306.13649);
 * - "forwardKl": the student samples; KL(teacher‖student) over the whole vocabulary at each token (Agarwal et al. 2024);
 * - "offPolicy": the teachers sample; fine-tuning on what they wrote (Kim and Rush 2016, arXiv 1606.07947, sequence level).
 */
export type DistillMethod = (typeof DISTILL_METHODS)[number];

/** Names of the ways to distil. */
export const DISTILL_METHODS = [
  "onPolicy",
  "reverseKl",
  "forwardKl",
  "offPolicy",
] as const;

/** Options of `trainDistill`. */
export interface TrainDistillOptions extends RunOptions<DistillMetrics> {
  /** Model folder of the student before training. */
  init: string;
  /** Model folder of each domain's teacher; tokenizers must be the student's. */
  teachers: TeacherFolders;
  /** Domains that tasks are drawn from; each needs its teacher. Default: all that have one. */
  domains?: readonly Domain[];
  /** Default "onPolicy". */
  method?: DistillMethod;
  /** Name of the run's random streams; default the last part of `out`. */
  name?: string;
  /** Tasks of one step. Default 64. */
  promptsPerStep?: number;
  /** Rollouts of one task. Default 4. */
  groupSize?: number;
  /** Sampling temperature; all logits are divided by it, in the loss too ("offPolicy": while sampling only). Default 1. */
  temperature?: number;
  /** Optimizer steps on the same rollouts; above 1 clipping acts. Default 1, as in the paper. */
  updatesPerRollout?: number;
  /** ε of the clipped ratio, below and above 1; "onPolicy" only. Default 0.2 and 0.2, as in the authors' script. */
  clipEps?: number;
  clipEpsHigh?: number;
  /** Levels that tasks are drawn from, per domain; default `RL_LEVELS`. */
  levels?: Partial<Record<Domain, readonly number[]>>;
  /** Relative frequency of the domains; default `RL_DATASET_SIZES`, a uniform shuffle of the paper's data. */
  weights?: Partial<Record<Domain, number>>;
  /** Tasks of each domain in every step, instead of `weights`; they add up to `promptsPerStep`. */
  quotas?: Partial<Record<Domain, number>>;
}

/** Every option that the result of a distillation depends on, the weights of student and teachers aside. */
export interface DistillSettings extends TaskOrder {
  method: DistillMethod;
  steps: number;
  promptsPerStep: number;
  groupSize: number;
  temperature: number;
  updatesPerRollout: number;
  learningRate: number;
  betas: readonly [number, number];
  weightDecay: number;
  clip: number;
  store: Store;
  clipEps: number;
  clipEpsHigh: number;
  microBatchTokens: number;
}

/**
 * Fill in the defaults and check everything before any work.
 *
 * @throws RangeError a number is out of range · TrainError domains are not valid, or one has no teacher
 */
export function distillSettings(options: TrainDistillOptions): DistillSettings {
  const taught = DOMAINS.filter(
    (domain) => options.teachers[domain] !== undefined,
  );
  const settings: DistillSettings = {
    seed: options.seed,
    name: options.name ?? basename(options.out),
    domains: options.domains ?? taught,
    weights: options.weights ?? RL_DATASET_SIZES,
    levels: { ...RL_LEVELS, ...options.levels },
    quotas: options.quotas,
    method: options.method ?? "onPolicy",
    steps: options.steps ?? 30,
    promptsPerStep: options.promptsPerStep ?? quotaSum(options.quotas) ?? 64,
    groupSize: options.groupSize ?? 4,
    temperature: options.temperature ?? 1,
    updatesPerRollout: options.updatesPerRollout ?? 1,
    learningRate: options.learningRate ?? 1e-4,
    betas: options.betas ?? [0.9, 0.98],
    weightDecay: options.weightDecay ?? 0.1,
    clip: options.clip ?? 1,
    store: options.store ?? "float32",
    clipEps: options.clipEps ?? 0.2,
    clipEpsHigh: options.clipEpsHigh ?? 0.2,
    microBatchTokens: options.microBatchTokens ?? 4096,
  };
  checkOptions("trainDistill", settings, {
    seed: "seed",
    method: "distillMethod",
    steps: "count",
    promptsPerStep: "count",
    groupSize: "count",
    temperature: "positive",
    updatesPerRollout: "count",
    learningRate: "positive",
    betas: "momentDecay",
    weightDecay: "notNegative",
    clip: "clip",
    store: "store",
    clipEps: "fraction",
    clipEpsHigh: "notNegative",
    microBatchTokens: "count",
  });
  checkOptions("trainDistill", options, {
    checkpointEvery: "count",
    evaluateEvery: "count",
  });
  checkTaskOrder("trainDistill", settings);
  for (const domain of settings.domains) {
    if (taught.includes(domain)) continue;
    throw new TrainError(
      `trainDistill: teachers must hold one for ${domain}, got ${taught.join(", ") || "none"}`,
    );
  }
  return settings;
}
