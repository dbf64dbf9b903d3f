/** Settings of GRPO: one row each. */
import type { Domain } from "../domains/index.js";
import { POLICY_LOSS_SETTINGS } from "./loss/policyLoss.js";
import type { GrpoMetrics } from "./run/metrics.js";
import { LORA_SETTINGS } from "./run/loraSettings.js";
import { OPTIMIZER_SETTINGS } from "./run/optimizerSettings.js";
import { quotaSum, taskOrder, type TaskOptions } from "./run/taskOrder.js";
import type { TaskOrder } from "./run/tasks.js";
import type { RunOptions } from "./run/train.js";
import {
  resolveSettings,
  type OptionsOf,
  type SettingsOf,
} from "./settings.js";

const OWN = {
  steps: {
    type: "integer",
    min: 1,
    default: 40,
    doc: "Optimizer steps, or batches of rollouts under `updatesPerRollout`.",
  },
  promptsPerStep: {
    type: "integer",
    min: 1,
    default: 16,
    doc: "Tasks of one step, P; under quotas their sum.",
  },
  groupSize: {
    type: "integer",
    min: 2,
    default: 16,
    doc: "Rollouts per task, G.",
  },
  temperature: {
    type: "number",
    above: 0,
    default: 1,
    doc: "Sampling temperature; the loss divides the logits by it too.",
  },
  learningRate: {
    type: "number",
    above: 0,
    default: 1e-4,
    doc: "Constant learning rate.",
  },
  betas: {
    type: "betas",
    default: [0.9, 0.98],
    doc: "Decay of Adam's moments.",
  },
  updatesPerRollout: {
    type: "integer",
    min: 1,
    default: 1,
    doc: "Optimizer steps on the same rollouts; 1, as in the paper, makes the ratio 1.",
  },
  reward: {
    type: "choice",
    of: ["verified", "random", "format"],
    default: "verified",
    doc: "What answers are rewarded for; random and format are controls that do not know which are right.",
  },
  rewardRate: {
    type: "number",
    above: 0,
    max: 1,
    default: 0.5,
    doc: "Chance of a reward under `reward: random`.",
  },
  advantage: {
    type: "choice",
    of: ["std", "centred", "leaveOneOut"],
    default: "std",
    doc: "How rewards of a group become advantages.",
  },
  positiveOnly: {
    type: "flag",
    default: false,
    doc: "Set advantages below 0 to 0: learn from the better answers of a group alone.",
  },
  reduction: {
    type: "choice",
    of: ["sample", "token"],
    default: "sample",
    doc: "How tokens are averaged: each sample weighs the same, or each token.",
  },
  dynamicSampling: {
    type: "flag",
    default: false,
    doc: "Drop groups that are all right or all wrong and draw other tasks in their place.",
  },
  refills: {
    type: "integer",
    min: 0,
    default: 3,
    doc: "Most times that a step draws again under `dynamicSampling`; what is still missing then is left out.",
  },
  overlong: {
    type: "choice",
    of: ["score", "mask", "penalty"],
    default: "score",
    doc: "What becomes of truncated answers.",
  },
  overlongBuffer: {
    type: "number",
    above: 0,
    max: 1,
    default: 0.2,
    doc: "Stretch before the limit over which the penalty of `overlong` grows, fraction of the limit.",
  },
  logDomains: {
    type: "flag",
    default: true,
    doc: "Log rewards, lengths, truncation, flat groups and entropy by domain too.",
  },
  logKl: {
    type: "integer",
    min: 0,
    default: 0,
    doc: "Log the distance from the model of `init` on every such step, for a forward pass of that model that no count of tokens or seconds holds; 0: never.",
  },
} as const;

/** All settings of `trainGrpo`. */
export const GRPO_SETTINGS: typeof OWN &
  typeof POLICY_LOSS_SETTINGS &
  typeof OPTIMIZER_SETTINGS &
  typeof LORA_SETTINGS = {
  ...OWN,
  ...POLICY_LOSS_SETTINGS,
  ...OPTIMIZER_SETTINGS,
  ...LORA_SETTINGS,
};

/** Options of `trainGrpo`. */
export interface TrainGrpoOptions
  extends
    RunOptions<GrpoMetrics>,
    TaskOptions,
    OptionsOf<typeof GRPO_SETTINGS> {
  /** Model folder to start from; also the reference policy when `klCoef` is not 0. */
  init: string;
  /** One domain: an expert. Several: the mixed run, each task graded by its own domain's verifier. */
  domains: readonly Domain[];
}

/** Every setting that the result of an RL run depends on. */
export type GrpoSettings = TaskOrder & SettingsOf<typeof GRPO_SETTINGS>;

/**
 * Fill in the defaults and check everything before any work.
 *
 * @throws RangeError a number is out of range · TrainError domains are not valid
 */
export function grpoSettings(options: TrainGrpoOptions): GrpoSettings {
  const who = "trainGrpo";
  const settings = resolveSettings(who, GRPO_SETTINGS, {
    ...options,
    promptsPerStep: options.promptsPerStep ?? quotaSum(options.quotas),
  });
  const { domains } = options;
  return {
    ...taskOrder(who, options, domains, settings.promptsPerStep),
    ...settings,
  };
}
