/**
 * merge: several experts of one base become one model, without training.
 *
 * Every method is a function (base, experts, options) → parameters, on plain float32 arrays in memory; inputs are never modified.
 * The same methods merge a model of any size tensor by tensor, in bounded memory: `methods` is the table of them all, with their options.
 *
 * `methods/` one file per method; `family.ts` shows those that sum task vectors as one table · `parts/` what methods are made of: walk the
 * models, take task vectors, sparsify, elect signs, sum · `kernels/` the loops of the parts in WebAssembly · `reference/` TIES on whole
 * models, slow and plain: `taskVector`, `trim`, `electSigns`, `disjointMean`, `addTaskVector` · `recipe/` YAML files, ours and mergekit's ·
 * `stream/` merging of model folders on disk. `dare` transforms experts before another method. Where sources disagree about a method,
 * `dialect` says whose definition is meant: that of the paper unless told otherwise.
 *
 * @module
 */
export * from "./methods/table.js";
export type { MergeOptions, PerExpert } from "./mergeOptions.js";
export { DIALECTS } from "./dialects.js";
export { optionsOf } from "./options.js";
export type {
  Dialect,
  Emit,
  MergeContext,
  MergeMethod,
  OptionSpec,
  OptionValue,
  Source,
  Survey,
  SurveyPlan,
  TensorInput,
  TensorOptions,
} from "./tensor.js";
export {
  addTaskVector,
  taskVector,
  type TaskVector,
} from "./reference/taskVector.js";
export { trim } from "./reference/trim.js";
export { electSigns, type Signs } from "./reference/electSigns.js";
export { disjointMean } from "./reference/disjointMean.js";
export { kthMagnitude } from "./reference/kthMagnitude.js";
export { parseRecipe, readRecipe } from "./recipe/parse.js";
export type { Recipe } from "./recipe/recipe.js";
export {
  preflight,
  type MergeLimits,
  type MergePlan,
} from "./stream/plan/preflight.js";
export {
  mergeCheckpoints,
  type MergeCheckpointsOptions,
  type MergeProgress,
  type MergeReport,
} from "./stream/executor.js";
export {
  survivalText,
  type Provenance,
  type SurvivalRecord,
} from "./stream/provenance.js";
export { byteText } from "./stream/plan/memory.js";
