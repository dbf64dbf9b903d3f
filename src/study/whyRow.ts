/** Rows of the four families of experts, and what they are made from. */
import type { Domain } from "../domains/index.js";
import type { StepMetrics } from "../train/index.js";
import type { FamilyScores } from "./stages/familyScores.js";
import type {
  FamilyLine,
  FamilyPlane,
  FamilyShape,
} from "./stages/familyShape.js";
import type { Family } from "./why.js";

/** Experts of one domain, one a seed: what they gained on its benchmarks, and how they got there; means over seeds. */
export interface WhyExpertRow {
  what: "expert";
  family: Family;
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
  /** Mean over the steps of the gradient's norm before clipping; its unit is that of the family's loss. */
  gradNorm: number;
  seeds: number;
}

/** One merge of a family's experts: mean score over the benchmarks of all domains. */
export interface WhyMergeRow {
  what: "merge";
  family: Family;
  merge: string;
  /** Points. */
  score: number;
  low: number;
  high: number;
}

/** What a merge keeps of the experts' gains: (merged − SFT) / (expert − SFT). */
export interface WhyRetentionRow {
  what: "retention";
  family: Family;
  merge: string;
  /** "all": sum of the gains of all domains over their sum. */
  domain: Domain | "all";
  /** A fraction; null where the experts' gain is not surely above 0. */
  retention: number | null;
  low: number | null;
  high: number | null;
}

/** A merge of a family against the same merge of the RL family, paired over items and seeds. */
export interface WhyContrastRow {
  what: "contrast";
  family: Family;
  merge: string;
  /** "score": points of the merged model; "retention": fraction of the experts' gains. */
  measure: "score" | "retention";
  difference: number | null;
  low: number | null;
  high: number | null;
}

/** A family's task vectors against each other, mean over seeds. */
export interface WhyConflictRow {
  what: "conflict";
  family: Family;
  /** Share of all movement, Σ|τ|, on the weaker side of its weight. */
  minorityMass: number;
  /** Of the weights that several changed: share that some moved up and others down. */
  opposed: number | null;
  /** Mean over pairs. */
  cosine: number | null;
}

/** Cosine of two task vectors, mean over seeds. */
export interface WhyPairRow {
  what: "pair";
  family: Family;
  a: string;
  b: string;
  cosine: number | null;
}

/** Loss along a direction, as `FamilyLine`, or on a plane, as `FamilyPlane`; mean over seeds. */
export type WhyShapeRow = { family: Family } & Loss;

/** Loss at one place. */
export type Loss = FamilyLine | FamilyPlane;

/** Any row of the section. */
export type WhyRow =
  | WhyExpertRow
  | WhyMergeRow
  | WhyRetentionRow
  | WhyContrastRow
  | WhyConflictRow
  | WhyPairRow
  | WhyShapeRow;

/** Everything that is known about one family. */
export interface FamilyData {
  family: Family;
  /** One a seed. */
  runs: readonly FamilyRun[];
}

/** A family's experts and merges of one seed. */
export interface FamilyRun {
  scores: readonly FamilyScores[];
  shape: readonly FamilyShape[];
  /** Training log of each expert, as many steps as it was trained. */
  logs: ReadonlyMap<Domain, readonly StepMetrics[]>;
}
