/** What a study keeps of the overlaps of its experts' changes. */

/** First line of an overlap file. */
export interface OverlapRule {
  /** A weight counts as changed from this relative change on. */
  eta: number;
  /** Mean Jaccard over its mean expectation for independent masks, at the paper's 1e-3 instead. */
  ratioAsPublished: number;
  /** Share of the weights that each expert changed by more than the paper's 1e-3, [0, 1]. */
  changed: Record<string, number>;
}

/** Any other line: two experts in one matrix. */
export interface OverlapLine {
  layer: number;
  kind: string;
  a: string;
  b: string;
  /** Of the masks of changed weights: measured, expected of independent masks of the same rates, and of shuffled updates. */
  jaccard: number;
  random: number;
  shuffled: number;
  /** Exact cosine of the two task vectors where both changed; null where they do not meet. */
  overlapCosine: number | null;
}

/** Overlap and direction of two experts' changes in one matrix of one seed. */
export interface MatrixOverlap extends OverlapLine {
  seed: number;
}

/** The overlaps of a study, with the rule of change behind them. */
export interface Overlaps {
  /** A weight counts as changed from this relative change on, seed by seed. */
  etas: readonly number[];
  /** Overlap ÷ its expectation at the paper's 1e-3 instead, seed by seed. */
  asPublished: readonly number[];
  matrices: readonly MatrixOverlap[];
  /** Share of weights with a relative change above the paper's 1e-3, [0, 1], one number per expert and seed. */
  changed: readonly number[];
}
