/** Everything that the ledger's numbers are computed from: scores item by item, overlaps, costs, and what is known of behaviour. */
import type { Domain } from "../../domains/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import type { ClaimRow } from "../claimRow.js";
import type { CostRow } from "../costRows.js";
import type { ModelScores } from "../rows.js";
import type { OverlapLine } from "../stages/overlap.js";
import type { ScoresByModel } from "./contrast.js";

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
  /** Share of weights with a relative change above the paper's 1e-3, [0, 1], one number an expert and seed. */
  changed: readonly number[];
}

/** A study, as the ledger reads it. */
export interface ClaimData {
  domains: readonly Domain[];
  benchmarks: readonly BenchmarkName[];
  seeds: readonly number[];
  /** Scores of "sft", of the experts by their domains, of "multi", and of merges and students. */
  scores: ScoresByModel;
  /** Name of the TIES merge of all experts with the method's own options; null where the study has none. */
  ties: string | null;
  /** Name of the student of on-policy distillation; null where the study has none. */
  student: string | null;
  cost: readonly CostRow[];
  /** The numbers on behaviour, with controls beside them. */
  behaviour: readonly ClaimRow[];
  /** Benchmarks whose answers are judged. */
  judged: readonly BenchmarkName[];
  /** null where the study does not measure weights. */
  overlaps: Overlaps | null;
}

/** Mean of scores[item][seed] over a choice of items and seeds. */
export function meanOver(
  scores: readonly (readonly number[])[],
  seeds: readonly number[],
  items: readonly number[],
): number {
  let sum = 0;
  for (const s of seeds) for (const i of items) sum += scores[i]![s]!;
  return sum / (seeds.length * items.length);
}

/** Scores of one model on one benchmark. */
export function scoresOf(
  { scores }: Pick<ClaimData, "scores">,
  model: string,
  benchmark: BenchmarkName,
): readonly (readonly number[])[] {
  return (scores.get(model) as ModelScores).get(benchmark)!;
}

/**
 * Why a claim about these domains cannot be measured: a domain has no expert or no benchmark in the study; null where all have.
 */
export function lacking(
  { domains, benchmarks }: Pick<ClaimData, "domains" | "benchmarks">,
  wanted: readonly Domain[],
  domainOf: (name: BenchmarkName) => Domain,
): string | null {
  const absent = wanted.filter(
    (domain) =>
      !domains.includes(domain) ||
      !benchmarks.some((name) => domainOf(name) === domain),
  );
  return absent.length === 0
    ? null
    : `the study has no expert or no benchmark of ${absent.join(", ")}`;
}
