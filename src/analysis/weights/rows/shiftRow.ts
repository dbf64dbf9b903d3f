/** The rows of a study about its experts' weights: small enough to be committed where the weights are not. */
import type { CurveShift, ExpertShift } from "../shift/describe.js";
import type { MatrixKind } from "../place.js";
import type { SpectrumShift } from "../spectrumShift.js";

/** How the weights that are compared were kept: trained and saved in float32, cast to bfloat16 on saving, or trained in bfloat16. */
export type ShiftStorage = "fp32" | "bf16-saved" | "bf16-stored";

/** What all rows say about themselves. Numbers are means over seeds. */
export interface ShiftRowBase {
  storage: ShiftStorage;
  eta: number;
  seeds: number;
}

/** Table 5: overlap of two experts in one kind of matrix, in the layer that corresponds to the paper's. */
export interface OverlapRow extends ShiftRowBase {
  table: "overlap";
  /** Counted from 0. */
  layer: number;
  kind: MatrixKind;
  a: string;
  b: string;
  jaccard: number;
  /** Smallest and largest over seeds. */
  low: number;
  high: number;
  random: number;
  givenMagnitude: number;
  shuffled: number;
}

/** One cell of the heat map over all layers: means over experts and over pairs. */
export interface LayerRow extends ShiftRowBase {
  table: "layer";
  layer: number;
  kind: MatrixKind;
  rate: number;
  jaccard: number;
  random: number;
  givenMagnitude: number;
  shuffled: number;
  sameSign: number | null;
}

/** One point of the curve over η, over all matrices of the layers: means over matrices, experts and pairs. */
export interface CurveRow extends ShiftRowBase, Omit<CurveShift, "storage"> {
  table: "curve";
}

/** Figure 3: cosine of two experts, mean over the attention or feed-forward matrices of the layer that corresponds to the paper's. */
export interface CosineRow extends ShiftRowBase {
  table: "cosine";
  layer: number;
  group: "attention" | "ffn";
  a: string;
  b: string;
  /** Exact, over all entries. */
  cosine: number | null;
  /** Exact, over the overlap. */
  overlapCosine: number | null;
  /** Smallest and largest over seeds. */
  low: number | null;
  high: number | null;
  /** Over the overlap after the projection to 256 dimensions, as in the paper: of the first seed alone, as one draw is what the paper shows. */
  projected: number | null;
  /** Standard error that the projection adds to `projected`. */
  projectedError: number | null;
  /** What was projected: the exact cosine over the overlap, of the first seed alone. */
  unprojected: number | null;
}

/** What one expert did to all weights. */
export interface ExpertRow
  extends
    ShiftRowBase,
    Pick<ExpertShift, "expert" | "rate" | "nonfinite" | "relativeNorm"> {
  table: "expert";
}

/** How many experts changed the same weight, and how often they disagree, over all weights. */
export interface JointRow extends ShiftRowBase {
  table: "joint";
  /** Share of the weights changed by exactly 0, 1, …, M experts. */
  ways: number[];
  opposed: number | null;
  minorityMass: number;
}

/** What rounding to bfloat16 leaves of a change, over all weights. */
export interface SurvivalRow extends ShiftRowBase {
  table: "survival";
  change: string;
  survived: number | null;
  error: number | null;
}

/** Change rate by the size of the weight, over the matrices of the layers. */
export interface MagnitudeRow extends ShiftRowBase {
  table: "magnitude";
  /** 0 (smallest weights) to 1. */
  quantile: number;
  rate: number;
}

/** Spectra of one expert, means over the seven matrices of the layer that corresponds to the paper's. */
export interface SpectrumRow
  extends ShiftRowBase, Omit<SpectrumShift, "residual"> {
  table: "spectrum";
  layer: number;
}

/** Any row. */
export type WeightShiftRow =
  | OverlapRow
  | LayerRow
  | CurveRow
  | CosineRow
  | ExpertRow
  | JointRow
  | SurvivalRow
  | MagnitudeRow
  | SpectrumRow;
