/**
 * overlap: whether tasks of a benchmark occur in training data.
 *
 * Exports: `findOverlap` (a benchmark's files against training files), `OverlapIndex` (any texts), `wordsOf` (how texts are compared),
 * their types.
 */
export {
  findOverlap,
  type FindOverlapOptions,
  type Overlap,
  type OverlapReport,
} from "./findOverlap.js";
export {
  OverlapIndex,
  type OverlapOptions,
  type Shared,
} from "./overlapIndex.js";
export { wordsOf } from "./words.js";
