/**
 * Scores with their uncertainty: nine fixed benchmarks, Avg@K over samples of a policy, records on disk that an
 * interrupted evaluation goes on from, and the errors that a table must print. `benchmarks` says what is asked,
 * `evaluate` asks it, `evaluateTasks` asks any tasks, `readTaskFile` reads them from files (`publishedTasks`, `samplingOfTasks` and `tasksInForm` say how they are
 * asked), and `records` remembers; `avgAtK`, `overSeeds`, `pairedDifference` and `bootstrap` say how sure the
 * numbers are; `selfVerify` lets a model judge its own answers, `judgePool` a
 * pool that is the same for all.
 *
 * @module
 */
export { avgAtK, passAtK, type AvgAtK } from "./avgAtK.js";
export {
  BENCHMARKS,
  ENGLISH_BENCHMARKS,
  ALL_BENCHMARK_NAMES,
  BENCHMARK_NAMES,
  benchmark,
  benchmarkSpec,
  MEASURED_SPLITS,
  type BenchmarkOptions,
  type MeasuredSplit,
  type BenchmarkName,
  type BenchmarkSpec,
} from "./benchmarks.js";
export {
  evaluate,
  evaluateWith,
  summarize,
  type EvaluateOptions,
  type Evaluation,
} from "./evaluate.js";
export {
  evaluateTasks,
  summarizeTasks,
  type EvaluateTasksOptions,
  type TaskEvaluation,
} from "./evaluateTasks.js";
export {
  appendRecords,
  finishRecords,
  openRecords,
  readRecords,
  type EvaluationRecord,
  type RecordsFile,
  type RecordsHeader,
} from "./records.js";
export { inspectLog, readInspectLog } from "./logs/inspectLog.js";
export { lmEvalLog, type LmEvalLog, readLmEvalLog } from "./logs/lmEvalLog.js";
export {
  JUDGE_MODES,
  judgeableBenchmarks,
  judgePrompt,
  readClaim,
  readJudgement,
  type Claim,
  type JudgeMode,
  type Judgement,
} from "./judging.js";
export {
  readTaskFile,
  type NamedTasks,
  type ReadTaskFileOptions,
} from "./taskFile.js";
export {
  DEFAULT_SAMPLING,
  publishedTasks,
  samplingOfTasks,
  tasksInForm,
  type PublishedTasks,
  type TaskSampling,
} from "./taskSampling.js";
export { styleOf, STYLES, type Style } from "./style.js";
export {
  selfVerify,
  type JudgedAnswer,
  type SelfVerifyOptions,
} from "./selfVerify.js";
export {
  commonPool,
  judgePool,
  reviewableBenchmarks,
  type CommonPoolOptions,
  type PooledAnswer,
  type PoolJudgement,
  type PoolLine,
} from "./commonPool.js";
