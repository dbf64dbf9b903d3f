/**
 * Rows → tables and figures. Every chart is a function of plain rows that returns a `Figure`: one static SVG text of width 640
 * with the project's theme, the same bytes on every machine. Tables are Markdown with the best number bold and the second
 * underlined. The paper's published numbers are here too, so that a notebook can put them beside its own.
 *
 * figure, show, roundSvg · theme: seriesStyle, WIDTH · charts: rewardCurves, accuracyTrajectories, scoreDots, crossDomain,
 * mixOrMerge, mergeSize, heatMap, curves, overlapCurves, livePlot · tables: markdownTable, showEstimate, pivot, claim, modelLabel, benchmarkLabel · page · paper:
 * paperTable, paperScores, PAPER_BENCHMARKS
 */
export {
  accuracyTrajectories,
  type TrajectoryOptions,
  type TrajectoryRow,
} from "./accuracyTrajectories.js";
export { claim, type Holds } from "./claim.js";
export {
  crossDomain,
  type CrossDomainOptions,
  type GainRow,
} from "./crossDomain.js";
export { type CurvePointRow, curves, type CurvesOptions } from "./curves.js";
export { heatMap, type HeatMapOptions, type HeatRow } from "./heatMap.js";
export {
  page,
  type PageCell,
  type PageOptions,
  type PageSection,
  type PageTable,
} from "./page.js";
export { benchmarkLabel, modelLabel } from "./labels.js";
export {
  figure,
  type Figure,
  type FigureOptions,
  type Panel,
} from "./figure.js";
export {
  livePlot,
  type LiveDisplay,
  type LivePlot,
  type LivePlotOptions,
} from "./livePlot.js";
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
export { pivot, type PivotOptions } from "./pivot.js";
export {
  rewardCurves,
  type RewardCurvesOptions,
  type RewardRow,
} from "./rewardCurves.js";
export { overlapCurves, type OverlapCurveRow } from "./overlapCurves.js";
export { roundSvg } from "./roundSvg.js";
export {
  scoreDots,
  type ScoreDotsOptions,
  type ScoreRow,
} from "./scoreDots.js";
export { show, type SvgDisplay } from "./show.js";
export {
  markdownTable,
  showEstimate,
  type Estimate,
  type TableOptions,
  type TableValue,
} from "./table.js";
export {
  FONT_FAMILY,
  FONT_SIZE,
  seriesStyle,
  type SeriesStyle,
  WIDTH,
} from "./theme.js";
