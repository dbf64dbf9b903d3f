/**
 * train: pre-training, supervised fine-tuning, GRPO on verifiable rewards, and distillation from several teachers.
 *
 * Each stage is one function (`pretrain`, `trainSft`, `trainGrpo`, `trainImitation`, `trainDistill`) that reads a model folder, writes a model
 * folder and a log with a JSON line a step, and resumes at its last checkpoint when it was killed. Below them: update rules as
 * losses over micro-batches (`sftLosses`, `grpoLosses`, `fullKlLosses`), one gradient routine, AdamW on one flat vector, one loop.
 * Randomness is keyed by seed, run name and step, so a step depends on nothing that happened before but the weights.
 */
export { pretrain, type PretrainOptions } from "./pretrain.js";
export { trainTokenizer } from "./trainTokenizer.js";
export { trainSft, type TrainSftOptions } from "./trainSft.js";
export { trainGrpo } from "./trainGrpo.js";
export type { TrainGrpoOptions } from "./grpoOptions.js";
export { trainDistill } from "./trainDistill.js";
export {
  DISTILL_METHODS,
  type DistillMethod,
  type TrainDistillOptions,
} from "./distillOptions.js";
export {
  trainImitation,
  type ImitationSource,
  type TrainImitationOptions,
} from "./trainImitation.js";
export { Teachers, type TeacherFolders } from "./teachers.js";
export { distillSamples } from "./distill.js";
export {
  fullKlLosses,
  klPerToken,
  type KlDirection,
  type TaughtRows,
} from "./fullKl.js";
export { scoreCompletions } from "./scoreCompletions.js";
export { rolloutSequence } from "./rolloutSequence.js";
export { hashWeights, type RunOptions, type TrainResult } from "./run.js";
export type { LoopOptions } from "./loop.js";
export type {
  DistillMetrics,
  DomainMetrics,
  GrpoMetrics,
  ImitationMetrics,
  RolloutMetrics,
  StepMetrics,
  StepSeconds,
  TokenCounts,
} from "./metrics.js";
export {
  groupAdvantages,
  positivePart,
  type AdvantageKind,
} from "./advantages.js";
export { overlongPenalty, type Overlong } from "./overlong.js";
export { microBatches } from "./batch.js";
export {
  grpoLosses,
  type GrpoLossOptions,
  type PolicySample,
  type Reduction,
} from "./grpo.js";
export {
  policyLoss,
  type ImportanceSampling,
  type PolicyBatch,
  type PolicyLossOptions,
} from "./policyLoss.js";
export { policySamples, type PolicySampleOptions } from "./policySamples.js";
export { sftLosses } from "./sftLoss.js";
export { encodeChat } from "./sftExamples.js";
export { Learner, type LearnerOptions, type Update } from "./learner.js";
export type { Loss } from "./gradient.js";
export {
  adamw,
  globalNorm,
  initAdamW,
  type AdamWOptions,
  type AdamWState,
  type Store,
} from "./optimizer.js";
export { layoutOf, type Layout } from "./layout.js";
export { learningRateAt, type Schedule } from "./schedule.js";
export {
  RL_DATASET_SIZES,
  RL_LEVELS,
  tasksOfStep,
  type TaskOrder,
} from "./tasks.js";
