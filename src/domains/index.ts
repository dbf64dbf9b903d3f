/**
 * domains: what is asked, how it is verified, and how a noisy demonstrator answers.
 *
 * Five domains as in the paper; each is a `DomainSpec` (generator, verifier, demonstrator) in a folder of its own. A task's
 * split follows from a hash of its identity, so train, development and benchmark tasks are disjoint by construction. The
 * pre-training corpus and the SFT blend are drawn from the same generators, always from the train split.
 *
 * Exports: types (`Task`, `Verdict`, `DomainSpec` …), `spec`, `drawTask`, `taskMessages`, `splitOf`, `pretrainDocument`,
 * `sftBlend` and its table `BLEND`, checking tasks (`makeCheck` …).
 */
export {
  DOMAINS,
  type DemonstrationOptions,
  type Domain,
  type DomainSpec,
  type Environment,
  type FinishReason,
  type Kind,
  type Split,
  type Task,
  type Verdict,
} from "./task.js";
export { spec } from "./specs.js";
export { BENCHMARK_SHARE, DEVELOPMENT_SHARE, splitOf } from "./split.js";
export { drawTask, taskMessages, type DrawTaskOptions } from "./drawTask.js";
export { pretrainDocument } from "./corpus.js";
export {
  BLEND,
  blendCounts,
  sampleItems,
  sftBlend,
  sftExample,
  type BlendRow,
  type SftBlendOptions,
  type SftExample,
  type Source,
} from "./blend.js";
export {
  CHECKABLE,
  checkPrompt,
  demonstrateCheck,
  makeCheck,
  readVerdict,
  type Check,
} from "./check.js";
export { lastBoxed } from "./math/index.js";
export { readAnswer } from "./science/index.js";
