/**
 * merge: several experts of one base become one model, without training.
 *
 * Every method is a function (base, experts, options) → parameters, on plain float32 arrays in memory; inputs are never modified.
 * The same methods merge a model of any size tensor by tensor, in bounded memory: `methods` is the table of them all, with their options,
 * and `tensor.ts` says what a row sees and gives. A method is one file, a short chain of parts: walk the models, take task vectors,
 * drop entries, elect signs, sum (`parts/`; `matrix/` for singular directions). `trim`, `electSigns`, `disjointMean` and `taskVector`
 * are the parts of TIES on whole models in memory, slow and plain; `dare` transforms experts before another method. Where sources
 * disagree about a method, `dialect` says whose definition is meant: that of the paper unless told otherwise.
 */
export { average } from "./methods/average.js";
export {
  taskArithmetic,
  type TaskArithmeticOptions,
} from "./methods/taskArithmetic.js";
export { ties, type TiesOptions } from "./methods/ties.js";
export { sce, energyWeights, type SceOptions } from "./methods/sce.js";
export { dare, type DareOptions } from "./parts/dare.js";
export { dareAverage, type DareAverageOptions } from "./methods/dareAverage.js";
export {
  dareTaskArithmetic,
  type DareTaskArithmeticOptions,
} from "./methods/dareTaskArithmetic.js";
export { dareTies, type DareTiesOptions } from "./methods/dareTies.js";
export { dareSce, type DareSceOptions } from "./methods/dareSce.js";
export { linear, type LinearOptions } from "./methods/linear.js";
export { breadcrumbs, type BreadcrumbsOptions } from "./methods/breadcrumbs.js";
export { breadcrumbsTies } from "./methods/breadcrumbsTies.js";
export { della, type DellaOptions } from "./methods/della.js";
export { dellaLinear } from "./methods/dellaLinear.js";
export { slerp, type SlerpOptions } from "./methods/sphere/slerp.js";
export { nuslerp, type NuslerpOptions } from "./methods/sphere/nuslerp.js";
export {
  multislerp,
  type MultislerpOptions,
} from "./methods/sphere/multislerp.js";
export { karcher, type KarcherOptions } from "./methods/sphere/karcher.js";
export {
  modelStock,
  type ModelStockOptions,
} from "./methods/sphere/modelStock.js";
export { nearswap, type NearswapOptions } from "./methods/nearswap.js";
export { arceeFusion, type ArceeFusionOptions } from "./methods/arceeFusion.js";
export { passthrough, type PassthroughOptions } from "./methods/passthrough.js";
export { ram, type RamOptions } from "./methods/ram/ram.js";
export { ramPlusTl, type RamPlusTlOptions } from "./methods/ram/ramPlusTl.js";
export { ramGlobal, type RamGlobalOptions } from "./methods/ram/ramGlobal.js";
export { magMax, type MagMaxOptions } from "./methods/magMax.js";
export {
  consensusTaskArithmetic,
  type ConsensusTaskArithmeticOptions,
} from "./methods/consensusTaskArithmetic.js";
export { tsvM, type TsvMOptions } from "./methods/spectral/tsvM.js";
export { isoC, type IsoCOptions } from "./methods/spectral/isoC.js";
export { resMerge, type ResMergeOptions } from "./methods/spectral/resMerge.js";
export { method, methods, type MergeMethodName } from "./methods/table.js";
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
