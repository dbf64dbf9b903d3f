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
export { average } from "./average.js";
export {
  taskArithmetic,
  type TaskArithmeticOptions,
} from "./taskArithmetic.js";
export { ties, type TiesOptions } from "./ties.js";
export { sce, energyWeights, type SceOptions } from "./sce.js";
export { dare, type DareOptions } from "./dare.js";
export { dareAverage, type DareAverageOptions } from "./dareAverage.js";
export {
  dareTaskArithmetic,
  type DareTaskArithmeticOptions,
} from "./dareTaskArithmetic.js";
export { dareTies, type DareTiesOptions } from "./dareTies.js";
export { dareSce, type DareSceOptions } from "./dareSce.js";
export { linear, type LinearOptions } from "./linear.js";
export { breadcrumbs, type BreadcrumbsOptions } from "./breadcrumbs.js";
export { breadcrumbsTies } from "./breadcrumbsTies.js";
export { della, type DellaOptions } from "./della.js";
export { dellaLinear } from "./dellaLinear.js";
export { slerp, type SlerpOptions } from "./slerp.js";
export { nuslerp, type NuslerpOptions } from "./nuslerp.js";
export { multislerp, type MultislerpOptions } from "./multislerp.js";
export { karcher, type KarcherOptions } from "./karcher.js";
export { modelStock, type ModelStockOptions } from "./modelStock.js";
export { nearswap, type NearswapOptions } from "./nearswap.js";
export { arceeFusion, type ArceeFusionOptions } from "./arceeFusion.js";
export { passthrough, type PassthroughOptions } from "./passthrough.js";
export { ram, type RamOptions } from "./ram.js";
export { ramPlusTl, type RamPlusTlOptions } from "./ramPlusTl.js";
export { ramGlobal, type RamGlobalOptions } from "./ramGlobal.js";
export { magMax, type MagMaxOptions } from "./magMax.js";
export {
  consensusTaskArithmetic,
  type ConsensusTaskArithmeticOptions,
} from "./consensusTaskArithmetic.js";
export { tsvM, type TsvMOptions } from "./tsvM.js";
export { isoC, type IsoCOptions } from "./isoC.js";
export { resMerge, type ResMergeOptions } from "./resMerge.js";
export { method, methods, type MergeMethodName } from "./methods.js";
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
export { addTaskVector, taskVector, type TaskVector } from "./taskVector.js";
export { trim } from "./trim.js";
export { electSigns, type Signs } from "./electSigns.js";
export { disjointMean } from "./disjointMean.js";
export { kthMagnitude } from "./kthMagnitude.js";
export { parseRecipe, readRecipe } from "./recipe/parse.js";
export type { Recipe } from "./recipe/recipe.js";
export {
  preflight,
  type MergeLimits,
  type MergePlan,
} from "./stream/preflight.js";
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
export { byteText } from "./stream/memory.js";
