/**
 * One whole experiment on disk: `study.yml` says what is to be done, `plan` turns it into stages (fine-tuning, experts,
 * the mixed run, merges, scores, rows), `run` does what is not done yet, side by side and resumably, and `open`, `rows`,
 * `log`, `evaluation` and `modelFolder` read what came out. A stage is known by the hash of everything it depends on, so
 * changing a number in the file runs again what depends on it and nothing else.
 */
export {
  evaluation,
  log,
  modelFolder,
  open,
  rows,
  type RowTypes,
  type Study,
} from "./load.js";
export type {
  ConsistencyRow,
  Interval,
  NeighborhoodRow,
  PairRow,
  VerificationRow,
} from "./behaviourRows.js";
export { type ClaimRow } from "./claimRow.js";
export { type Note, type Status } from "./ledger.js";
export { parseStudy, readStudy } from "./parse.js";
export {
  ANALYSES,
  plan,
  select,
  type Analysis,
  type Input,
  type Stage,
  type StageKind,
} from "./plan.js";
export type { VerdictRow } from "./claims/verdictRows.js";
export type { CostRow } from "./costRows.js";
export type {
  DifferenceRow,
  MergeSizeRow,
  ModelScores,
  RewardRow,
  Role,
  ScoreRow,
  TrajectoryRow,
} from "./rows.js";
export { type StorageRow } from "./storageRows.js";
export {
  inspect,
  run,
  runFolder,
  type Overview,
  type PlannedStage,
  type RunOptions,
  type StudyEvent,
  type StudyReport,
} from "./run.js";
export {
  PROFILES,
  type DistillSpec,
  type EvaluateSpec,
  type ExpertsSpec,
  type MergeSpec,
  type NeighborhoodsSpec,
  type PairsSpec,
  type MixSpec,
  type MultiSpec,
  type Profile,
  type RlSpec,
  type SftSpec,
  type SizeSpec,
  type StorageSpec,
  type StudySpec,
  type TrajectoriesSpec,
  type OverlapsSpec,
  type VerificationSpec,
  type WhySpec,
} from "./spec.js";
export { FAMILIES, type Family } from "./why.js";
export type {
  WhyConflictRow,
  WhyContrastRow,
  WhyExpertRow,
  WhyMergeRow,
  WhyPairRow,
  WhyRetentionRow,
  WhyRow,
  WhyShapeRow,
} from "./whyRow.js";
export type { Json } from "./hash.js";
export type { Progress } from "./stages/job.js";
export type { SizeLine } from "./stages/merge.js";
export type { PairLine, VerificationLine } from "./stages/behaviour.js";
export type { TrajectoryLine } from "./stages/evaluate.js";
export {
  duration,
  terminalProgress,
  timeTable,
  type Output,
} from "./terminal.js";
