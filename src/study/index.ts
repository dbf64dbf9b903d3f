/**
 * One whole experiment on disk, as a graph of models. `study.yml` says which models there are, each made by one operation from others,
 * and what is measured of them; `plan` turns it into stages, `run` does what is not done yet, side by side and resumably, `runOnRay` does it on a cluster, and
 * `open`, `rows`, `lines`, `log`, `evaluation` and `modelFolder` read what came out, and `Watch` looks at a run
 * from outside. A stage is known by the hash of everything it depends on, so changing a number in the file runs again what depends on it
 * and nothing else. `OPERATIONS` and `MEASURES` are the lists of what a study file may ask for.
 *
 * @module
 */
export {
  evaluation,
  lines,
  log,
  measureOptions,
  modelFolder,
  modelOptions,
  open,
  rows,
  type Study,
} from "./load.js";
export {
  MEASURES,
  type MeasureOptions,
  type MeasureTable,
  type RowTypes,
} from "./measures/index.js";
export { type Measure } from "./measures/measure.js";
export { OPERATIONS } from "./operations/index.js";
export { type Operation } from "./operations/operation.js";
export type { SftOptions } from "./operations/sft.js";
export type { RlOptions } from "./operations/rl.js";
export type { ImitateOptions } from "./operations/imitate.js";
export type { DistillOptions } from "./operations/distill.js";
export type { MergeSpec } from "./operations/merge.js";
export type {
  MeasureEntry,
  Model,
  ParentKey,
  Ref,
  Role,
  StudySpec,
} from "./graph/model.js";
export type { Resources } from "./graph/resources.js";
export type {
  GivenInput,
  Input,
  MadeInput,
  Stage,
  Work,
} from "./graph/stage.js";
export { plan } from "./graph/plan.js";
export { select } from "./graph/select.js";
export { describePlan, type PlanView } from "./run/describe.js";
export { parseStudy, profilesOf, readStudy } from "./spec/parse.js";
export type { Field, Scope } from "./spec/field.js";
export type { ClaimNumber, ClaimRow } from "./claims/claimRow.js";
export type { PaperModels } from "./claims/paperModels.js";
export type { VerdictRow } from "./claims/verdicts.js";
export type { Interval } from "./rows/interval.js";
export type { ModelScores } from "./rows/modelScores.js";
export type { DifferenceRow, ScoreRow } from "./rows/scores.js";
export type {
  TaskDifferenceRow,
  TaskScoreRow,
} from "./rows/behaviour/taskScores.js";
export type { CostRow } from "./rows/cost.js";
export type {
  Accounting,
  CostUnit,
  FrontierRow,
  FrontierVerdict,
} from "./rows/frontier.js";
export type {
  PredictorRow,
  PredictorTarget,
  PredictorTestRow,
} from "./rows/predictors.js";
export type { SignalRow } from "./rows/signal.js";
export type { RewardRow } from "./rows/rewards.js";
export type { TrajectoryLine, TrajectoryRow } from "./rows/trajectories.js";
export type { MergeSizeRow, SizeLine } from "./rows/mergeSize.js";
export type { NeighborhoodRow } from "./rows/neighborhoods.js";
export type { PairLine, PairRow } from "./rows/pairs.js";
export type { ConsistencyRow } from "./rows/consistency.js";
export type { JudgingLine, JudgingRow } from "./rows/judging.js";
export { type StorageRow } from "./rows/storage.js";
export type {
  LossLine,
  LossPlane,
  ParadigmConflictRow,
  ParadigmContrastRow,
  ParadigmExpertRow,
  ParadigmMergeRow,
  ParadigmPairRow,
  ParadigmRetentionRow,
  ParadigmRow,
  ParadigmShapeRow,
} from "./rows/paradigms/paradigmRow.js";
export {
  matchedByGain,
  meanGain,
  paradigmContrast,
  paradigmStates,
  type Compared,
  type ParadigmState,
} from "./rows/paradigms/paradigmContrast.js";
export type { Results } from "./rows/results.js";
export type { Json } from "./run/hash.js";
export type { Facts, Job, Progress } from "./run/job.js";
export { readNote, type Note, type Status } from "./run/notes.js";
export {
  inspect,
  runFolder,
  type Choice,
  type PlannedStage,
} from "./run/prepare.js";
export { checkNoRayJob } from "./ray/jobFolder.js";
export { cancelOnRay, runOnRay, type RayOptions } from "./ray/runOnRay.js";
export { runStage, type StageOptions } from "./run/make.js";
export { type Seen, type Sign } from "./watch/sign.js";
export { type Standing } from "./watch/standing.js";
export { type StageState, type StudyState, Watch } from "./watch/states.js";
export { Advance, urgencies, type Overview } from "./run/advance.js";
export {
  run,
  type RunOptions,
  type StudyEvent,
  type StudyReport,
} from "./run/run.js";
export {
  verifyStudy,
  type StudyProblem,
  type Verification,
} from "./run/verify.js";
export { duration } from "../io/index.js";
export { terminalProgress, timeTable, type Output } from "./run/terminal.js";
