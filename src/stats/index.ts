/**
 * stats: one of each statistic, on plain lists of numbers; every room above uses these.
 *
 * total, mean, meanOrNull, variance · estimates with a 95 % interval: shareInterval (Wilson), symmetric (Student's t), studentT, bootstrap (over items),
 * crossedBootstrap (over items and seeds at once), overSeeds and averageOverSeeds (two-way cluster variance), pairedDifference ·
 * correlation, rankCorrelation · tests: twoSided, holm (several of one family), detectable (the smallest effect that would have been found) · prediction: fitLine, leaveOut
 *
 * @module
 */
export { bootstrap, type BootstrapOptions } from "./bootstrap.js";
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
export { fitLine, leaveOut } from "./leaveOut.js";
export { detectable } from "./detectable.js";
export { holm } from "./holm.js";
export {
  shareInterval,
  studentT,
  symmetric,
  twoSided,
  type Estimate,
} from "./interval.js";
export { mean, meanOrNull, variance } from "./mean.js";
export { averageOverSeeds, overSeeds, type SeedEstimate } from "./overSeeds.js";
export { total } from "./total.js";
export { pairedDifference, type Pair } from "./pairedDifference.js";
