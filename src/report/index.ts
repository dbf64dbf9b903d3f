/**
 * Rows → tables and figures. Every chart is a function of plain rows that returns a `Figure`: one static SVG text of width 640
 * with the project's theme, the same bytes on every machine. Tables are Markdown with the best number bold and the second
 * underlined. The paper's published numbers are here too, so that a notebook can put them beside its own and check them against
 * each other, and the ledger of its claims.
 *
 * figure, show, roundSvg · theme: seriesStyle, WIDTH · charts: rewardCurves, accuracyTrajectories, scoreDots, crossDomain,
 * mixOrMerge, mergeSize, mergeEffects, heatMap, curves, overlapCurves, shiftCosines, klMap, consistencyDots, judgeCorrelation,
 * judgeByDomain, judgeTradeOff, paradigms, landscape, retentionDots, livePlot · page · tables: markdownTable, showEstimate, pivot,
 * modelLabel, benchmarkLabel · paper: paperTable, paperScores,
 * paperNumbers, paperNumber, paperText, paperJudging, codeDifferences, PAPER_BENCHMARKS · its numbers against each other: printed, exactly, sumOf, meanOf,
 * differenceOf, ratioOf, correlationOf, check, checkRows, checkSummary, isShareOf, impliedTotals · its claims: readClaims,
 * judgeClaim, claim, claimLine, claimTable, claimCounts
 */
export {
  accuracyTrajectories,
  type TrajectoryOptions,
  type TrajectoryRow,
} from "./accuracyTrajectories.js";
export { check, checkRows, checkSummary, type Check } from "./check.js";
export { claimLine, type ClaimNumber } from "./claimLine.js";
export {
  claim,
  judgeClaim,
  readClaims,
  type Claim,
  type ClaimRule,
  type ClaimVerdict,
  type Verdict,
} from "./claims.js";
export {
  claimCounts,
  claimTable,
  VERDICTS,
  type ClaimControl,
  type JudgedClaim,
} from "./claimTable.js";
export {
  consistencyDots,
  type ConsistencyDot,
  type ConsistencyDotsOptions,
} from "./consistencyDots.js";
export {
  crossDomain,
  type CrossDomainOptions,
  type GainRow,
} from "./crossDomain.js";
export { klMap, type KlMapOptions, type KlRow } from "./klMap.js";
export { type CurvePointRow, curves, type CurvesOptions } from "./curves.js";
export { heatMap, type HeatMapOptions, type HeatRow } from "./heatMap.js";
export {
  GENERATOR,
  page,
  type PageCell,
  type PageOptions,
  type PageSection,
  type PageTable,
} from "./page.js";
export { benchmarkLabel } from "./labels.js";
export { modelLabel, seriesStyle, type SeriesStyle } from "./models.js";
export {
  figure,
  type Figure,
  type FigureOptions,
  type Panel,
} from "./figure.js";
export { impliedTotals, isShareOf, type TotalFit } from "./granularity.js";
export {
  judgeByDomain,
  type DomainJudgeRow,
  type JudgeByDomainOptions,
} from "./judgeByDomain.js";
export {
  judgeCorrelation,
  type JudgeCorrelationOptions,
  type JudgeRow,
} from "./judgeCorrelation.js";
export { judgeTradeOff, type JudgeTradeOffOptions } from "./judgeTradeOff.js";
export {
  landscape,
  type LandscapeOptions,
  type LandscapeRow,
} from "./landscape.js";
export {
  livePlot,
  type LiveDisplay,
  type LivePlot,
  type LivePlotOptions,
} from "./livePlot.js";
export {
  mergeEffects,
  type MergeEffectRow,
  type MergeEffectsOptions,
} from "./mergeEffects.js";
export {
  mergeSize,
  type MergeSizeOptions,
  type MergeSizeRow,
} from "./mergeSize.js";
export {
  mixOrMerge,
  type MixOrMergeOptions,
  type MixOrMergeRow,
  type ReferenceScore,
} from "./mixOrMerge.js";
export {
  PAPER_BENCHMARKS,
  paperScores,
  paperTable,
  type PaperCell,
  type PaperScore,
  type PaperTable,
} from "./paper.js";
export { paperJudging } from "./paperJudging.js";
export {
  codeDifferences,
  paperNumber,
  paperNumbers,
  paperText,
  type CodeDifference,
  type PaperNumber,
  type PaperTextNumber,
} from "./paperNumbers.js";
export { paradigms, type ParadigmsOptions } from "./paradigms.js";
export { pivot, type PivotOptions } from "./pivot.js";
export {
  retentionDots,
  type RetentionDot,
  type RetentionDotsOptions,
} from "./retentionDots.js";
export {
  rewardCurves,
  type RewardCurvesOptions,
  type RewardRow,
} from "./rewardCurves.js";
export {
  correlationOf,
  differenceOf,
  exactly,
  meanOf,
  printed,
  ratioOf,
  sumOf,
  type Rounded,
} from "./rounded.js";
export { overlapCurves, type OverlapCurveRow } from "./overlapCurves.js";
export { roundSvg } from "./roundSvg.js";
export {
  scoreDots,
  type ScoreDotsOptions,
  type ScoreRow,
} from "./scoreDots.js";
export {
  shiftCosines,
  type ShiftCosineRow,
  type ShiftCosinesOptions,
} from "./shiftCosines.js";
export { show, type SvgDisplay } from "./show.js";
export {
  markdownTable,
  showEstimate,
  type Estimate,
  type TableOptions,
  type TableValue,
} from "./table.js";
export { FONT_FAMILY, FONT_SIZE, WIDTH } from "./theme.js";
