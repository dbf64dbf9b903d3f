/**
 * analysis: what training did to the weights, read from checkpoints of any size, and how the trained models behave.
 *
 * On weights, everything starts from a base and the experts that were trained from it. Sums that decide a table (masks of changed
 * weights, overlaps, cosines, signs) are exact over all entries and do not depend on how the files are read; controls and curves
 * come from a seeded sample; spectra from whole matrices. Every measure is also a function on plain typed arrays.
 *
 * weightShift, weightShiftOfFiles, planShift, describeShift, combine, cellsOf, shiftJson, shiftJsonPieces · weightShiftRows, readWeightShiftRows, overlapTable: the rows of a study · rule of change: isChanged, markChanged, markChangedBf16, PAPER_ETA, BF16_GAP ·
 * overlap: jaccard, expectedJaccard, lift, cosine · projection: projectionError, PROJECTED · control: shuffleUpdate, patternOf,
 * countMasks, strataOf, stratify, overlapGivenMagnitude, enrichment · survival, mergeEffect · spectra (of `linalg`): rotation,
 * spectralDrift, principalEnergy · geometry of task vectors: taskVectorGeometry, mergePredictors, PREDICTORS, testedPredictors, expectedGain, signalShare · weights: openWeights, savedAs · placeOf, correspondingLayer, MATRICES, GROUPS
 *
 * On behaviour: who is close to whom (`sampleDivergences`, `neighborhoods`; Figure 4), whether a multi-domain model gains where the
 * experts gained (`gainConsistency`; Figure 5), how well models judge themselves (`verification`; Table 7), what a gain owes to the style of
 * answers (`styleParts`). `crossedBootstrap` gives
 * intervals over items and seeds, `correlation` one over points.
 *
 * @module
 */
export {
  BF16_GAP,
  isChanged,
  markChanged,
  markChangedBf16,
  type Marked,
  PAPER_ETA,
} from "./weights/changed.js";
export { cellsOf, matricesOf, type ShiftCell } from "./weights/shift/cells.js";
export { combine, type Shift } from "./weights/shift/combine.js";
export {
  countMasks,
  type MaskCounts,
  patternOf,
  shuffleUpdate,
} from "./weights/control.js";
export {
  type CurveShift,
  describeShift,
  type Description,
  type ExpertShift,
  type JointShift,
  type PairShift,
  type StratumShift,
  type SurvivalShift,
} from "./weights/shift/describe.js";
export { etaAtRate } from "./weights/etaAtRate.js";
export {
  enrichment,
  type ExpectedOverlap,
  overlapGivenMagnitude,
  STRATA,
  type Strata,
  strataOf,
  stratify,
} from "./weights/magnitude.js";
export {
  mergePredictors,
  type Predictions,
  type PredictorName,
  PREDICTORS,
} from "./weights/geometry/mergePredictors.js";
export {
  expectedGain,
  type TestedPredictor,
  testedPredictors,
} from "./weights/geometry/testedPredictors.js";
export {
  signalShare,
  type SignalShare,
} from "./weights/geometry/signalShare.js";
export {
  type GeometryOptions,
  type GroupGeometry,
  type PairGeometry,
  taskVectorGeometry,
  type TaskVectorGeometry,
} from "./weights/geometry/taskVectorGeometry.js";
export { mergeEffect, type MergeEffect } from "./weights/mergeEffect.js";
export { cosine, expectedJaccard, jaccard, lift } from "./weights/overlap.js";
export {
  correspondingLayer,
  GROUPS,
  type Kind,
  MATRICES,
  MATRIX_LABELS,
  type MatrixKind,
  type Place,
  placeOf,
} from "./weights/place.js";
export { PROJECTED, projectionError } from "./weights/projection.js";
export {
  shiftJson,
  shiftJsonPieces,
  type ComparedModels,
} from "./weights/rows/shiftJson.js";
export { overlapTable } from "./weights/rows/overlapTable.js";
export { readWeightShiftRows } from "./weights/rows/readWeightShiftRows.js";
export type {
  CosineRow,
  CurveRow,
  ExpertRow,
  JointRow,
  LayerRow,
  MagnitudeRow,
  OverlapRow,
  ShiftStorage,
  SpectrumRow,
  SurvivalRow,
  WeightShiftRow,
} from "./weights/rows/shiftRow.js";
export type { SpectrumShift } from "./weights/spectrumShift.js";
export {
  principalEnergy,
  type Rotation,
  rotation,
  spectralDrift,
} from "./weights/subspace.js";
export { survival, type SurvivalSums } from "./weights/survival.js";
export {
  type ExpertSums,
  MOST_EXPERTS,
  type PairSums,
  pairsOf,
  type Sums,
} from "./weights/shift/tally.js";
export type {
  SampleSums,
  TensorPlace,
  TensorShift,
} from "./weights/shift/tensorShift.js";
export {
  meaningOf,
  planShift,
  type ShiftPlan,
  type ShiftProgress,
  weightShift,
  type WeightShift,
  type WeightShiftOptions,
} from "./weights/shift/weightShift.js";
export {
  type ShiftModels,
  weightShiftRows,
  type WeightShiftRowsOptions,
} from "./weights/rows/weightShiftRows.js";
export {
  weightShiftOfFiles,
  type WeightShiftOfFilesOptions,
} from "./weights/shift/weightShiftOfFiles.js";
export {
  type ModelSource,
  openWeights,
  savedAs,
  type Weights,
} from "./weights/shift/weights.js";
export { chanceCosine, type ChanceCosine } from "./behaviour/chanceCosine.js";
export {
  correlation,
  rankCorrelation,
  type Correlation,
} from "../stats/correlation.js";
export {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
  type DrawsOptions,
} from "../stats/crossedBootstrap.js";
export {
  gainConsistency,
  type Accuracies,
  type GainConsistency,
  type GainConsistencyOptions,
  type ModelConsistency,
} from "./behaviour/gainConsistency.js";
export { gainCosine, gainVector, unionGain } from "./behaviour/gainVector.js";
export {
  divergenceSums,
  divergenceTotal,
  type CellSums,
  type DivergenceSums,
  type ExpertSamples,
  type PromptSums,
} from "./behaviour/divergenceSums.js";
export {
  neighborhoods,
  type NeighborhoodCell,
  type NeighborhoodsOptions,
} from "./behaviour/neighborhoods.js";
export {
  sampleDivergences,
  type DivergenceSample,
  type SampleDivergencesOptions,
  type SampledDivergence,
} from "./behaviour/sampleDivergences.js";
export {
  judgeStatistics,
  type JudgeStatistics,
  type SeedAnswers,
} from "./behaviour/judgeStatistics.js";
export { verification, type Verification } from "./behaviour/verification.js";
export {
  styleParts,
  type StyledAnswer,
  type StyledAnswers,
  type StyleParts,
} from "./behaviour/styleParts.js";
