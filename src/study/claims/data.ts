/** Scores of a study under the names that the paper's claims use. */
import type { Domain } from "../../domains/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import { benchmarksOf, type ModelScores } from "../rows/modelScores.js";
import type { ScoresByModel } from "./contrast.js";

/** The scores that claims are decided from. */
export interface ClaimData {
  domains: readonly Domain[];
  benchmarks: readonly BenchmarkName[];
  seeds: readonly number[];
  /** Scores of "sft", of the experts by their domains, of "multi", and of "ties" and "opd" where the study has them. */
  scores: ScoresByModel;
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
): string | null {
  const absent = wanted.filter(
    (domain) =>
      !domains.includes(domain) ||
      benchmarksOf(benchmarks, domain).length === 0,
  );
  return absent.length === 0
    ? null
    : `the study has no expert or no benchmark of ${absent.join(", ")}`;
}
