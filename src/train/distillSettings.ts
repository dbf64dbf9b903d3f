/** Settings of distillation: one row each. */
import { DOMAINS, type Domain } from "../domains/index.js";
import { TrainError } from "../error.js";
import { LORA_SETTINGS } from "./run/loraSettings.js";
import type { DistillMetrics } from "./run/metrics.js";
import { OPTIMIZER_SETTINGS } from "./run/optimizerSettings.js";
import { quotaSum, taskOrder, type TaskOptions } from "./run/taskOrder.js";
import type { TaskOrder } from "./run/tasks.js";
import type { TeacherFolders } from "./run/teachers.js";
import type { RunOptions } from "./run/train.js";
import {
  resolveSettings,
  type OptionsOf,
  type SettingsOf,
} from "./settings.js";

const OWN = {
  method: {
    type: "choice",
    of: ["onPolicy", "reverseKl", "forwardKl", "offPolicy"],
    default: "onPolicy",
    doc: "Who samples, and what is minimised; see `DistillMethod`.",
  },
  steps: {
    type: "integer",
    min: 1,
    default: 30,
    doc: "Optimizer steps, or batches of rollouts under `updatesPerRollout`.",
  },
  promptsPerStep: {
    type: "integer",
    min: 1,
    default: 64,
    doc: "Tasks of one step, P; under quotas their sum.",
  },
  groupSize: {
    type: "integer",
    min: 1,
    default: 4,
    doc: "Rollouts per task, G.",
  },
  temperature: {
    type: "number",
    above: 0,
    default: 1,
    doc: "Sampling temperature; all logits are divided by it, in the loss too (offPolicy: while sampling only).",
  },
  updatesPerRollout: {
    type: "integer",
    min: 1,
    default: 1,
    doc: "Optimizer steps on the same rollouts; above 1 clipping acts.",
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
  clipEps: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.2,
    doc: "ε below 1 of the clipped ratio; onPolicy only.",
  },
  clipEpsHigh: {
    type: "number",
    min: 0,
    default: 0.2,
    doc: "ε above 1 of the clipped ratio; onPolicy only.",
  },
} as const;

/** All settings of `trainDistill`. */
export const DISTILL_SETTINGS: typeof OWN &
  typeof OPTIMIZER_SETTINGS &
  typeof LORA_SETTINGS = {
  ...OWN,
  ...OPTIMIZER_SETTINGS,
  ...LORA_SETTINGS,
};

/**
 * How a student learns from its teachers; who samples, and what is minimised:
 * - "onPolicy": the student samples; policy gradient with advantage log p(teacher) − log p(student) of each sampled token, the
 *   paper's MT-OPD;
 * - "reverseKl": the student samples; KL(student‖teacher) over the whole vocabulary at each token (Gu et al. 2024, arXiv
 *   2306.08543; Agarwal et al. 2024, arXiv 2306.13649);
 * - "forwardKl": the student samples; KL(teacher‖student) over the whole vocabulary at each token (Agarwal et al. 2024);
 * - "offPolicy": the teachers sample; fine-tuning on what they wrote (Kim and Rush 2016, arXiv 1606.07947, sequence level).
 */
export type DistillMethod = (typeof OWN.method.of)[number];

/** Options of `trainDistill`. */
export interface TrainDistillOptions
  extends
    RunOptions<DistillMetrics>,
    TaskOptions,
    OptionsOf<typeof DISTILL_SETTINGS> {
  /** Model folder of the student before training. */
  init: string;
  /** Model folder of each domain's teacher; tokenizers must be the student's. */
  teachers: TeacherFolders;
  /** Domains that tasks are drawn from; each needs its teacher. Default: all that have one. */
  domains?: readonly Domain[];
}

/** Every setting that the result of a distillation depends on, the weights of student and teachers aside. */
export type DistillSettings = TaskOrder & SettingsOf<typeof DISTILL_SETTINGS>;

/**
 * Fill in the defaults and check everything before any work.
 *
 * @throws RangeError a number is out of range · TrainError domains are not valid, or one has no teacher
 */
export function distillSettings(options: TrainDistillOptions): DistillSettings {
  const who = "trainDistill";
  const taught = DOMAINS.filter(
    (domain) => options.teachers[domain] !== undefined,
  );
  const { domains = taught } = options;
  const settings = resolveSettings(who, DISTILL_SETTINGS, {
    ...options,
    promptsPerStep: options.promptsPerStep ?? quotaSum(options.quotas),
  });
  const order = taskOrder(who, options, domains, settings.promptsPerStep);
  for (const domain of domains) {
    if (taught.includes(domain)) continue;
    throw new TrainError(
      `trainDistill: teachers must hold one for ${domain}, got ${taught.join(", ") || "none"}`,
    );
  }
  return { ...order, ...settings };
}
