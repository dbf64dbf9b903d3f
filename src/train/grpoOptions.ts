/** Options of the RL stage, with their defaults and checks. */
import { basename } from "node:path";
import type { Domain } from "../domains/index.js";
import { checkOptions } from "./checkOptions.js";
import { checkTaskOrder, quotaSum } from "./checkTaskOrder.js";
import type { AdvantageKind } from "./advantages.js";
import type { Reduction } from "./grpo.js";
import type { Overlong } from "./overlong.js";
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
  /** How rewards of a group become advantages. Default "std", the paper. */
  advantage?: AdvantageKind;
  /** Set advantages below 0 to 0: learn from the better answers of a group alone. Default false. */
  positiveOnly?: boolean;
  /** How tokens are averaged. Default "sample", the paper. */
  reduction?: Reduction;
  /** Drop groups of equal reward and draw other tasks in their place. Default false. */
  dynamicSampling?: boolean;
  /** Most times that a step draws again under `dynamicSampling`; what is still missing then is left out. Default 3. */
  refills?: number;
  /** What becomes of truncated answers. Default "score": whatever their verifier says. */
  overlong?: Overlong;
  /** Stretch before the limit over which the penalty of `overlong` grows, fraction of the limit. Default 0.2. */
  overlongBuffer?: number;
  /** Optimizer steps on the same rollouts. Default 1, as in the paper: then the ratio is 1. */
  updatesPerRollout?: number;
  /** Levels that tasks are drawn from, per domain; default `RL_LEVELS`. */
  levels?: Partial<Record<Domain, readonly number[]>>;
  /** Relative frequency of the domains; default `RL_DATASET_SIZES`, a uniform shuffle of the paper's data. */
  weights?: Partial<Record<Domain, number>>;
  /** Tasks of each domain in every step, instead of `weights`; they add up to `promptsPerStep`. */
  quotas?: Partial<Record<Domain, number>>;
  /** Log rewards, lengths, truncation, flat groups and entropy by domain too. Default false. */
  logDomains?: boolean;
  /**
   * Log the distance from the model of `init` on every such step, for a forward pass of that model, which no count of
   * tokens or seconds holds; 0, the default: never.
   */
  logKl?: number;
}

/** Every option that the result of an RL run depends on. */
export interface GrpoSettings extends TaskOrder, Required<PolicyLossOptions> {
  advantage: AdvantageKind;
  positiveOnly: boolean;
  reduction: Reduction;
  dynamicSampling: boolean;
  refills: number;
  overlong: Overlong;
  overlongBuffer: number;
  logDomains: boolean;
  logKl: number;
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
    quotas: options.quotas,
    steps: options.steps ?? 40,
    promptsPerStep: options.promptsPerStep ?? quotaSum(options.quotas) ?? 16,
    groupSize: options.groupSize ?? 16,
    temperature: options.temperature ?? 1,
    updatesPerRollout: options.updatesPerRollout ?? 1,
    learningRate: options.learningRate ?? 1e-4,
    betas: options.betas ?? [0.9, 0.98],
    weightDecay: options.weightDecay ?? 0.1,
    clip: options.clip ?? 1,
    store: options.store ?? "float32",
    clipEps: options.clipEps ?? 0.2,
    clipEpsHigh: options.clipEpsHigh ?? 0.28,
    klCoef: options.klCoef ?? 0,
    importanceSampling: options.importanceSampling ?? "masked",
    entropyCoef: options.entropyCoef ?? 0,
    advantage: options.advantage ?? "std",
    positiveOnly: options.positiveOnly ?? false,
    reduction: options.reduction ?? "sample",
    dynamicSampling: options.dynamicSampling ?? false,
    refills: options.refills ?? 3,
    overlong: options.overlong ?? "score",
    overlongBuffer: options.overlongBuffer ?? 0.2,
    logDomains: options.logDomains ?? false,
    logKl: options.logKl ?? 0,
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
    clipEps: "fraction",
    clipEpsHigh: "notNegative",
    klCoef: "notNegative",
    importanceSampling: "importanceSampling",
    entropyCoef: "notNegative",
    advantage: "advantage",
    positiveOnly: "flag",
    reduction: "reduction",
    dynamicSampling: "flag",
    refills: "countOrZero",
    overlong: "overlong",
    overlongBuffer: "share",
    logDomains: "flag",
    logKl: "countOrZero",
    microBatchTokens: "count",
  });
  checkOptions("trainGrpo", options, {
    checkpointEvery: "count",
    evaluateEvery: "count",
  });
  checkTaskOrder("trainGrpo", settings);
  return settings;
}
