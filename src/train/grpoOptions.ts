/** Options of the RL stage, with their defaults and checks. */
import { basename } from "node:path";
import type { Domain } from "../domains/index.js";
import { checkOptions } from "./checkOptions.js";
import { checkTaskOrder } from "./checkTaskOrder.js";
import type { GrpoMetrics } from "./metrics.js";
import type { Store } from "./optimizer.js";
import type { PolicyLossOptions } from "./policyLoss.js";
import type { RunOptions } from "./run.js";
import { RL_DATASET_SIZES, RL_LEVELS, type TaskOrder } from "./tasks.js";

/** Options of `trainGrpo`. */
export interface TrainGrpoOptions
  extends RunOptions<GrpoMetrics>, PolicyLossOptions {
  /** Model folder to start from; also the reference policy when `klCoef` is not 0. */
  init: string;
  /** One domain: an expert. Several: the mixed run, each task graded by its own domain's verifier. */
  domains: readonly Domain[];
  /** Name of the run's random streams; default the last part of `out`. */
  name?: string;
  /** Tasks of one step. Default 16. */
  promptsPerStep?: number;
  /** Rollouts of one task, G ≥ 2. Default 16. */
  groupSize?: number;
  /** Sampling temperature; the loss divides the logits by it too. Default 1. */
  temperature?: number;
  /** Optimizer steps on the same rollouts. Default 1, as in the paper: then the ratio is 1. */
  updatesPerRollout?: number;
  /** Levels that tasks are drawn from, per domain; default `RL_LEVELS`. */
  levels?: Partial<Record<Domain, readonly number[]>>;
  /** Relative frequency of the domains; default `RL_DATASET_SIZES`. */
  weights?: Partial<Record<Domain, number>>;
}

/** Every option that the result of an RL run depends on. */
export interface GrpoSettings extends TaskOrder, Required<PolicyLossOptions> {
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
  microBatchTokens: number;
}

/**
 * Fill in the defaults and check everything before any work.
 *
 * @throws RangeError a number is out of range · TrainError domains are not valid
 */
export function grpoSettings(options: TrainGrpoOptions): GrpoSettings {
  const settings: GrpoSettings = {
    seed: options.seed,
    name: options.name ?? basename(options.out),
    domains: options.domains,
    weights: options.weights ?? RL_DATASET_SIZES,
    levels: { ...RL_LEVELS, ...options.levels },
    steps: options.steps ?? 40,
    promptsPerStep: options.promptsPerStep ?? 16,
    groupSize: options.groupSize ?? 16,
    temperature: options.temperature ?? 1,
    updatesPerRollout: options.updatesPerRollout ?? 1,
    learningRate: options.learningRate ?? 1e-4,
    betas: options.betas ?? [0.9, 0.98],
    weightDecay: options.weightDecay ?? 0.1,
    clip: options.clip ?? 1,
    store: options.store ?? "float32",
    clipLow: options.clipLow ?? 0.2,
    clipHigh: options.clipHigh ?? 0.28,
    klCoef: options.klCoef ?? 0,
    importanceSampling: options.importanceSampling ?? "truncated",
    microBatchTokens: options.microBatchTokens ?? 4096,
  };
  checkOptions("trainGrpo", settings, {
    seed: "seed",
    steps: "count",
    promptsPerStep: "count",
    groupSize: "several",
    temperature: "positive",
    updatesPerRollout: "count",
    learningRate: "positive",
    betas: "momentDecay",
    weightDecay: "notNegative",
    clip: "clip",
    store: "store",
    clipLow: "fraction",
    clipHigh: "notNegative",
    klCoef: "notNegative",
    importanceSampling: "importanceSampling",
    microBatchTokens: "count",
  });
  checkOptions("trainGrpo", options, {
    checkpointEvery: "count",
    evaluateEvery: "count",
  });
  checkTaskOrder("trainGrpo", settings);
  return settings;
}
