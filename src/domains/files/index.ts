/**
 * files: public benchmarks as files. A file is read where it lies, in the hub's cache for example, and a missing one is told where it is
 * published.
 *
 * Exports: `PUBLISHED` (the table), `published` and `repositoryOf` (one row), `checkFile`, `readBenchmark`, `readRows` (JSON lines, JSON,
 * CSV, Parquet, gzip) and `streamRows` (one row after the other), LiveCodeBench (`readLiveCodeRow`, `pickledText`), BFCL (`readBfcl`), HumanEval (`readHumanEvalRow`), the other benchmarks (`readQuestions`, `QUESTION_NAMES`), training data (`readRlRow`, `readSftRow`, `questionText`, `FIXES`, `SKIPS`), contamination (`findOverlap`, `OverlapIndex`, `wordsOf`), `fetchBenchmark` and `FETCHED` (what packages of Python's index ship), `hubCache`, their types.
 */
export {
  PUBLISHED,
  repositoryOf,
  type PublishedBenchmark,
  type Sampling,
} from "./benchmarks.js";
export {
  checkFile,
  published,
  readBenchmark,
  type FileCheck,
} from "./check.js";
export {
  FETCHED,
  fetchBenchmark,
  type Fetched,
  type FetchName,
  type FetchOptions,
  type FetchSource,
} from "./fetch.js";
export { readBfcl } from "./bfcl.js";
export { readHumanEvalRow } from "./humanEval.js";
export { readLiveCodeRow } from "./liveCodeBench.js";
export { QUESTION_NAMES, readQuestions } from "./questions/index.js";
export { pickledText } from "./pickledText.js";
export { hubCache } from "./hub.js";
export { readRows, type FileRow } from "./readRows.js";
export {
  findOverlap,
  OverlapIndex,
  wordsOf,
  type FindOverlapOptions,
  type Overlap,
  type OverlapOptions,
  type OverlapReport,
  type Shared,
} from "./overlap/index.js";
export { streamRows, type PlacedRow } from "./streamRows.js";
export {
  FIXES,
  questionText,
  readRlRow,
  readSftRow,
  SKIPS,
  type Demonstration,
  type FixName,
  type Questions,
  type RlRow,
  type RlRowOptions,
  type SftRow,
  type SftRowOptions,
  type SkipReason,
} from "./training/index.js";
