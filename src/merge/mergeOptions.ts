/** The options of all merge methods in one place: one word per idea. */
import type { Dialect } from "./dialects.js";

/** A number for all experts, or one per expert. */
export type PerExpert = number | readonly number[];

/** Values of a method's options; a method knows those that are in its row's `options`. */
export interface MergeOptions {
  /** Whose definition of the method; default "paper". */
  dialect?: Dialect;
  /** Seed of the methods that draw random numbers; default 0. */
  seed?: number;
  /** Weights of the experts. */
  weights?: PerExpert;
  /** Fraction of entries kept by a trim or a drop that belongs to the method itself, (0, 1]. */
  density?: PerExpert;
  /** Scale of the merged task vector. */
  lambda?: number;
  /** Probability that DARE keeps an entry, (0, 1]. */
  dareDensity?: number;
  /** Whether what is kept is scaled up to make good for what was dropped. */
  rescale?: boolean;
  /** Divide a weighted sum by the sum of its weights. */
  normalize?: boolean;
  /** Breadcrumbs: fraction of the largest entries that are dropped, [0, 1). */
  gamma?: PerExpert;
  /** DELLA: how far keep probabilities spread around the density. RAM: below this magnitude a change counts as none. */
  epsilon?: PerExpert;
  /** SCE: fraction of entries kept, those on which the experts differ most, (0, 1]. */
  selectTopk?: number;
  /** Position between two models, or the size of change up to which nearswap swaps. */
  t?: number;
  /** NuSLERP: interpolate whole tensors; false: row by row. */
  flatten?: boolean;
  /** NuSLERP: when not flattened, normalise rows (true) or columns (false). */
  rowWise?: boolean;
  /** Model Stock: one angle per row instead of one per tensor. */
  filterWise?: boolean;
  /** Karcher mean: most iterations. */
  maxIter?: number;
  /** Karcher mean: length of a step at which it has converged. */
  tolerance?: number;
  /** RAM+: how much entries that one expert alone changed are amplified. */
  r?: number;
  /** RAM+: highest ratio of shared to unique entries that counts. */
  alpha?: number;
  /** Passthrough: factor on the one model. */
  scale?: number;
  /** Consensus task arithmetic: how far an expert's change must stand out from the others' to count. */
  tallLambda?: number;
  /** Consensus task arithmetic: number of experts for which an entry must count to stay. */
  consensus?: number;
  /** ResMerge: number of leading singular directions in the head. */
  headRank?: number;
  /** ResMerge: weight of the head. */
  headBudget?: number;
  /** ResMerge: how strongly disagreement of the residuals shortens their mean. */
  beta?: number;
  /** Do as mergekit does where that is a fault; see each method. */
  compat?: boolean;
}
