/** Rows of experts that were trained by several paradigms, and the lines that they are made from. */
import type { Domain } from "../../../domains/index.js";
import type { StepMetrics } from "../../../train/index.js";
import type { ItemScores } from "../modelScores.js";

/** One line of a paradigm's scores: a merge on all benchmarks, or an expert on those of its domain. */
export interface ParadigmScores {
  /** Name of the merge, or the expert's domain. */
  model: string;
  scores: ItemScores;
  /** What the line depends on. */
  key: string;
}

/** Sizes and directions of a paradigm's task vectors. */
export interface TaskVectorSizes {
  what: "weights";
  experts: {
    domain: string;
    /** ‖τ‖, and ‖τ‖ / ‖θ₀‖. */
    norm: number;
    relativeNorm: number;
    /** Mean over the matrices of one layer of (Σσ²)² / Σσ⁴ of τ ÷ that of random numbers. */
    effectiveRank: number | null;
  }[];
  pairs: { a: string; b: string; cosine: number | null }[];
  /** Share of all movement, Σ|τ|, on the weaker side of its weight. */
  minorityMass: number;
  /** Of the weights that two or more changed by 0.1 %: share that some moved up and others down. */
  opposed: number | null;
}

/** Loss at θ₀ + α v, nats a token. */
export interface LossLine {
  what: "line";
  /** v: the task vector of this domain's expert; or "sum", that of all experts. */
  direction: string;
  /** Whose texts. */
  domain: string;
  alpha: number;
  /** On careful demonstrations. */
  demonstrations: number;
  /** On correct answers that the SFT model wrote; null where it wrote none. */
  answers: number | null;
}

/** Loss on careful demonstrations at θ₀ + x τ_a + y τ_b, nats a token, by domain. */
export interface LossPlane {
  what: "plane";
  a: string;
  b: string;
  x: number;
  y: number;
  lossA: number;
  lossB: number;
}

/** One line of a paradigm's shape. */
export type ParadigmShape = TaskVectorSizes | LossLine | LossPlane;

/** Experts of one domain, one a seed: what they gained on its benchmarks, and how they got there; means over seeds. */
export interface ParadigmExpertRow {
  what: "expert";
  paradigm: string;
  domain: Domain;
  /** Updates, and tokens of the sequences that were trained on. */
  steps: number;
  tokens: number;
  /** Points: SFT, expert, and their paired difference with its 95 % interval over items and seeds. */
  sft: number;
  score: number;
  gain: number;
  low: number;
  high: number;
  /** ‖τ‖, and ‖τ‖ / ‖θ₀‖. */
  norm: number;
  relativeNorm: number;
  /** Effective rank of τ ÷ that of random numbers, mean over the matrices of one layer. */
  effectiveRank: number | null;
  /** Mean over the steps of the gradient's norm before clipping; its unit is that of the paradigm's loss. */
  gradNorm: number;
  seeds: number;
}

/** One merge of a paradigm's experts: mean score over the benchmarks of all domains. */
export interface ParadigmMergeRow {
  what: "merge";
  paradigm: string;
  merge: string;
  /** Points. */
  score: number;
  low: number;
  high: number;
}

/** What a merge keeps of the experts' gains: (merged − SFT) / (expert − SFT). */
export interface ParadigmRetentionRow {
  what: "retention";
  paradigm: string;
  merge: string;
  /** "all": sum of the gains of all domains over their sum. */
  domain: Domain | "all";
  /** A fraction; null where the experts' gain is not surely above 0. */
  retention: number | null;
  low: number | null;
  high: number | null;
}

/** A merge of a paradigm against the same merge of another that the study names before it, paired over items and seeds. */
export interface ParadigmContrastRow {
  what: "contrast";
  paradigm: string;
  against: string;
  merge: string;
  /** "score": points of the merged model; "retention": fraction of the experts' gains. */
  measure: "score" | "retention";
  difference: number | null;
  low: number | null;
  high: number | null;
}

/** A paradigm's task vectors against each other, mean over seeds. */
export interface ParadigmConflictRow {
  what: "conflict";
  paradigm: string;
  /** Share of all movement, Σ|τ|, on the weaker side of its weight. */
  minorityMass: number;
  /** Of the weights that several changed: share that some moved up and others down. */
  opposed: number | null;
  /** Mean over pairs. */
  cosine: number | null;
}

/** Cosine of two task vectors, mean over seeds. */
export interface ParadigmPairRow {
  what: "pair";
  paradigm: string;
  a: string;
  b: string;
  cosine: number | null;
}

/** Loss along a direction, as `LossLine`, or on a plane, as `LossPlane`; mean over seeds. */
export type ParadigmShapeRow = { paradigm: string } & Loss;

/** Loss at one place. */
export type Loss = LossLine | LossPlane;

/** Any row of the section. */
export type ParadigmRow =
  | ParadigmExpertRow
  | ParadigmMergeRow
  | ParadigmRetentionRow
  | ParadigmContrastRow
  | ParadigmConflictRow
  | ParadigmPairRow
  | ParadigmShapeRow;

/** Everything that is known about one paradigm. */
export interface ParadigmData {
  paradigm: string;
  /** One a seed. */
  runs: readonly ParadigmRun[];
}

/** A paradigm's experts and merges of one seed. */
export interface ParadigmRun {
  scores: readonly ParadigmScores[];
  shape: readonly ParadigmShape[];
  /** Training log of each expert, as many steps as it was trained. */
  logs: ReadonlyMap<Domain, readonly StepMetrics[]>;
}
