/**
 * train: pre-training, supervised fine-tuning, GRPO on verifiable rewards, and distillation from several teachers.
 *
 * Each trainer is one file that reads top to bottom (`pretrain.ts`, `sft.ts`, `grpo.ts`, `imitate.ts`, `distill.ts`): it reads a model
 * folder, writes a model folder and a log with a JSON line per step, and resumes at its last checkpoint when it was killed. Its settings
 * are one table (`GRPO_SETTINGS` …), from which types, checks, defaults and help follow. Beside them: `loss/`, update rules as pure
 * losses over micro-batches; `optim/`, gradient, AdamW and learning rate; `run/`, the frame of a run and of a step, tasks and the log.
 * Randomness is keyed by seed, run name and step, so a step depends on nothing that happened before but the weights.
 *
 * @module
 */
export {
  pretrain,
  PRETRAIN_SETTINGS,
  type PretrainOptions,
} from "./pretrain.js";
export { LORA_SETTINGS, type LoraSettings } from "./run/loraSettings.js";
export { trainTokenizer } from "./trainTokenizer.js";
export { SFT_SETTINGS, trainSft, type TrainSftOptions } from "./sft.js";
export { trainGrpo } from "./grpo.js";
export {
  GRPO_SETTINGS,
  grpoSettings,
  type GrpoSettings,
  type TrainGrpoOptions,
} from "./grpoSettings.js";
export { trainDistill } from "./distill.js";
export {
  DISTILL_SETTINGS,
  distillSettings,
  type DistillMethod,
  type DistillSettings,
  type TrainDistillOptions,
} from "./distillSettings.js";
export {
  IMITATION_SETTINGS,
  trainImitation,
  type ImitationSource,
  type TrainImitationOptions,
} from "./imitate.js";
export {
  checkSetting,
  describeRule,
  resolveSettings,
  type OptionsOf,
  type Setting,
  type SettingRule,
  type SettingsOf,
  type SettingTable,
  type ValueOf,
} from "./settings.js";
export { Teachers, type TeacherFolders } from "./run/teachers.js";
export { distillSamples } from "./loss/distillSamples.js";
export {
  fullKlLosses,
  klPerToken,
  type KlDirection,
  type KlLossOptions,
  type TaughtRows,
} from "./loss/klLoss.js";
export { rolloutSequence } from "./rolloutSequence.js";
export type { RunOptions, TrainResult } from "./run/train.js";
export type { TaskOptions } from "./run/taskOrder.js";
export type { LoopOptions } from "./run/loop.js";
export type {
  DistillMetrics,
  DomainMetrics,
  GrpoMetrics,
  ImitationMetrics,
  RolloutMetrics,
  StepMetrics,
  StepSeconds,
  TokenCounts,
} from "./run/metrics.js";
export {
  groupAdvantages,
  positivePart,
  type AdvantageKind,
} from "./loss/advantages.js";
export {
  formatReward,
  trainingRewards,
  type RewardKind,
  type TrainingRewardOptions,
} from "./loss/trainingRewards.js";
export { overlongPenalty, type Overlong } from "./loss/overlong.js";
export {
  grpoLosses,
  type GrpoLossOptions,
  type PolicySample,
  type Reduction,
} from "./loss/grpoLoss.js";
export {
  clipFraction,
  POLICY_LOSS_SETTINGS,
  policyLoss,
  type ImportanceSampling,
  type PolicyBatch,
  type PolicyLossOptions,
} from "./loss/policyLoss.js";
export {
  policySamples,
  type PolicySampleOptions,
} from "./loss/policySamples.js";
export { sftLosses } from "./loss/sftLoss.js";
export { encodeChat } from "./sftExamples.js";
export { Learner, type LearnerOptions, type Update } from "./optim/learner.js";
export type { Loss, LossStats } from "./optim/gradient.js";
export {
  adamw,
  globalNorm,
  zeroMoments,
  type AdamWOptions,
  type Moments,
  type Store,
} from "./optim/adamw.js";
export { learningRateAt, type Schedule } from "./optim/schedule.js";
export {
  RL_DATASET_SIZES,
  RL_LEVELS,
  tasksOfStep,
  type TaskOrder,
} from "./run/tasks.js";
