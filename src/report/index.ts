/**
 * Rows → tables and figures. Every chart is a function of plain rows that returns a `Figure`: one static SVG text of width 640
 * with the project's theme, the same bytes on every machine. Tables are Markdown or HTML with the best number bold and the second
 * underlined. The paper's published numbers are here too, so that a notebook can put them beside its own and check them against
 * each other, and the table of its claims.
 *
 * figure, show, roundSvg · theme: seriesStyle, WIDTH · charts: rewardCurves, accuracyTrajectories, scoreDots, temperatureGains, poolJudges, crossDomain,
 * mixOrMerge, frontier, mergeSize, mergeEffects, heatMap, curves, overlapCurves, shiftCosines, klMap, consistencyDots, judgeCorrelation,
 * judgeByDomain, judgeTradeOff, paradigms, landscape, retentionDots, studyGraph, livePlot · page · tables: markdownTable, htmlTable, scoreTable, differenceTable, estimateOf, showEstimate, pivot, where, only,
 * modelLabel, benchmarkLabel · paper: paperTable, paperScores,
 * paperNumbers, paperNumber, paperText, paperJudging, codeDifferences, PAPER_BENCHMARKS · its numbers against each other: printed, exactly, sumOf, meanOf,
 * differenceOf, ratioOf, correlationOf, check, checkRows, checkSummary, isShareOf, impliedTotals · its claims: readClaims,
 * judgeClaim, judgeClaims, claim, claimLine, claimLines, estimatesLine, claimTable, claimCounts
 *
 * @module
 */
export {
  accuracyTrajectories,
  type TrajectoryOptions,
  type TrajectoryRow,
} from "./charts/accuracyTrajectories.js";
export { check, checkRows, checkSummary, type Check } from "./paper/check.js";
export {
  claimLine,
  claimLines,
  estimatesLine,
  type ClaimNumber,
} from "./claims/claimLine.js";
export {
  claim,
  judgeClaim,
  readClaims,
  type Claim,
  type ClaimRule,
  type ClaimVerdict,
  type Verdict,
} from "./claims/claims.js";
export {
  judgeClaims,
  type JudgedVerdict,
  type MeasuredClaim,
} from "./claims/judgeClaims.js";
export {
  claimCounts,
  claimTable,
  VERDICTS,
  type ClaimControl,
  type JudgedClaim,
} from "./claims/claimTable.js";
export {
  consistencyDots,
  type ConsistencyDot,
  type ConsistencyDotsOptions,
} from "./charts/consistencyDots.js";
export {
  crossDomain,
  type CrossDomainOptions,
  type GainRow,
} from "./charts/crossDomain.js";
export {
  frontier,
  type FrontierDot,
  type FrontierOptions,
} from "./charts/frontier.js";
export { klMap, type KlMapOptions, type KlRow } from "./charts/klMap.js";
export {
  type CurvePointRow,
  curves,
  type CurvesOptions,
} from "./charts/curves.js";
export {
  heatMap,
  type HeatMapOptions,
  type HeatRow,
} from "./charts/heatMap.js";
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
  differenceTable,
  estimateOf,
  scoreTable,
  type DifferenceCell,
  type ScoreCell,
  type ScoreTableOptions,
} from "./scoreTable.js";
export {
  figure,
  type Figure,
  type FigureOptions,
  type Panel,
} from "./figure/figure.js";
export {
  impliedTotals,
  isShareOf,
  type TotalFit,
} from "./paper/granularity.js";
export {
  judgeByDomain,
  type DomainJudgeRow,
  type JudgeByDomainOptions,
} from "./charts/judging/judgeByDomain.js";
export {
  judgeCorrelation,
  type JudgeCorrelationOptions,
  type JudgeRow,
} from "./charts/judging/judgeCorrelation.js";
export {
  judgeRows,
  judgingTable,
  type JudgingModeRow,
} from "./charts/judging/judgeRows.js";
export {
  judgeTradeOff,
  type JudgeTradeOffOptions,
} from "./charts/judging/judgeTradeOff.js";
export {
  landscape,
  type LandscapeOptions,
  type LandscapeRow,
} from "./charts/landscape.js";
export {
  livePlot,
  type LiveDisplay,
  type LivePlot,
  type LivePlotOptions,
} from "./charts/livePlot.js";
export {
  mergeEffects,
  type MergeEffectRow,
  type MergeEffectsOptions,
} from "./charts/mergeEffects.js";
export {
  mergeSize,
  type MergeSizeOptions,
  type MergeSizeRow,
} from "./charts/mergeSize.js";
export {
  mixOrMerge,
  type MixOrMergeOptions,
  type MixOrMergeRow,
  type ReferenceScore,
} from "./charts/mixOrMerge.js";
export {
  PAPER_BENCHMARKS,
  paperScores,
  paperTable,
  type PaperCell,
  type PaperScore,
  type PaperTable,
} from "./paper/paper.js";
export { paperJudging } from "./paper/paperJudging.js";
export {
  codeDifferences,
  paperNumber,
  paperNumbers,
  paperText,
  type CodeDifference,
  type PaperNumber,
  type PaperTextNumber,
} from "./paper/paperNumbers.js";
export { paradigms, type ParadigmsOptions } from "./charts/paradigms.js";
export { pivot, type PivotOptions } from "./pivot.js";
export { only, where, type Matching, type Where } from "./where.js";
export {
  retentionDots,
  type RetentionDot,
  type RetentionDotsOptions,
} from "./charts/retentionDots.js";
export {
  studyGraph,
  type GraphModel,
  type StudyGraphOptions,
} from "./charts/studyGraph.js";
export {
  rewardCurves,
  type RewardCurvesOptions,
  type RewardRow,
} from "./charts/rewardCurves.js";
export {
  correlationOf,
  differenceOf,
  exactly,
  meanOf,
  printed,
  ratioOf,
  sumOf,
  type Rounded,
} from "./paper/rounded.js";
export { overlapCurves, type OverlapCurveRow } from "./charts/overlapCurves.js";
export { roundSvg } from "./figure/roundSvg.js";
export {
  scoreDots,
  type ScoreDotsOptions,
  type ScoreRow,
} from "./charts/scoreDots.js";
export {
  shiftCosines,
  type ShiftCosineRow,
  type ShiftCosinesOptions,
} from "./charts/shiftCosines.js";
export { show, type SvgDisplay } from "./figure/show.js";
export {
  htmlTable,
  markdownTable,
  showEstimate,
  type Estimate,
  type TableOptions,
  type TableValue,
} from "./table.js";
export { FONT_FAMILY, FONT_SIZE, WIDTH } from "./figure/theme.js";
export {
  temperatureGains,
  type TemperatureGain,
  type TemperatureGainsOptions,
} from "./charts/compare/temperatureGains.js";
export {
  poolJudges,
  type PoolJudgeRow,
  type PoolJudgesOptions,
} from "./charts/compare/poolJudges.js";
