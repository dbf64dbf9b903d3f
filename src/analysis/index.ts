/**
 * What the trained models are, beside their scores. On behaviour: who is close to whom (`sampleDivergences`, `neighborhoods`; Figure
 * 4), whether a multi-domain model gains where the experts gained (`gainConsistency`; Figure 5), and how well models judge
 * themselves (`verification`; Table 7). `crossedBootstrap` gives intervals over items and seeds, `correlation` one over points.
 */
export { chanceCosine, type ChanceCosine } from "./chanceCosine.js";
export {
  correlation,
  rankCorrelation,
  type Correlation,
} from "./correlation.js";
export {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
  type DrawsOptions,
} from "./crossedBootstrap.js";
export {
  gainConsistency,
  type Accuracies,
  type GainConsistency,
  type GainConsistencyOptions,
  type ModelConsistency,
} from "./gainConsistency.js";
export { gainCosine, gainVector, unionGain } from "./gainVector.js";
export {
  divergenceSums,
  divergenceTotal,
  type CellSums,
  type DivergenceSums,
  type ExpertSamples,
  type PromptSums,
} from "./divergenceSums.js";
export {
  neighborhoods,
  type NeighborhoodCell,
  type NeighborhoodsOptions,
} from "./neighborhoods.js";
export {
  sampleDivergences,
  type DivergenceSample,
  type SampleDivergencesOptions,
  type SampledDivergence,
} from "./sampleDivergences.js";
export {
  judgeStatistics,
  type JudgeStatistics,
  type SeedAnswers,
} from "./judgeStatistics.js";
export { verification, type Verification } from "./verification.js";
