/**
 * world: the small world, a source of tasks in which a nano model can learn all five domains.
 *
 * A domain has a generator of tasks and a noisy demonstrator in a folder of its own (`WorldSpec`). A task's split follows from a
 * hash of its identity, so train, development and benchmark tasks are disjoint by construction. The pre-training corpus and the
 * SFT blend are drawn from the same generators, always from the train split.
 *
 * Beside it stand tasks in plain English for pretrained models (`english/`), for the domains whose verifiers need no world.
 *
 * Exports: `worldSpec`, `drawTask`, `drawFrom`, `drawEnglish`, `splitOf`, `pretrainDocument`, `sftBlend` and its table `BLEND`, checking tasks
 * (`makeCheck` …), reviewing answers line by line (`makeReview` …), types.
 *
 * @module
 */
export type {
  BlendRow,
  DemonstrationOptions,
  Difficulty,
  Kind,
  PhaseLevels,
  ReviewSpec,
  Solution,
  WorldSpec,
} from "./spec.js";
export { DIFFICULTIES } from "./spec.js";
export { worldSpec } from "./specs.js";
export { splitOf } from "./split.js";
export { drawTask, LEVELS, type DrawTaskOptions } from "./drawTask.js";
export { drawFrom, TASK_SOURCES, type TaskSource } from "./drawFrom.js";
export {
  drawEnglish,
  ENGLISH_DOMAINS,
  englishSource,
} from "./english/drawEnglish.js";
export type { EnglishSource } from "./english/source.js";
export { pretrainDocument } from "./corpus.js";
export {
  BLEND,
  blendCounts,
  sampleItems,
  sftBlend,
  sftExample,
  type SftBlendOptions,
  type SftExample,
} from "./blend.js";
export {
  checkableKinds,
  checkPrompt,
  demonstrateCheck,
  makeCheck,
  readVerdict,
  type Check,
} from "./check.js";
export {
  demonstrateReview,
  isReviewable,
  makeReview,
  readWrongLine,
  REVIEWABLE,
  reviewOf,
  reviewPrompt,
  type Fault,
  type Review,
  type ReviewOptions,
} from "./review/review.js";
