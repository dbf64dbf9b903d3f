/** Rows of Table 6: merges of two experts. */
import type { Domain } from "../../domains/index.js";
import { benchmarkSpec, type BenchmarkName } from "../../evaluate/index.js";
import {
  averageOverSeeds,
  overSeeds,
  pairedDifference,
} from "../../stats/index.js";
import { inPoints, points, type Interval } from "./interval.js";
import { benchmarksOf, transpose, type ModelScores } from "./modelScores.js";

/** One line of a pair's file: its score on one benchmark, item by item. */
export interface PairLine {
  benchmark: BenchmarkName;
  /** Mean reward of every item over its samples. */
  scores: number[];
}

/** The scores of one pair's merge, read as a merge of `domain`'s expert with `partner`'s; lines[seed]. */
export interface PairSource {
  domain: Domain;
  /** null: the expert alone, merged by the same method. */
  partner: Domain | null;
  lines: readonly (readonly PairLine[])[];
}

/** Table 6: a merge of two experts on the benchmarks of one of them. All scores in points. */
export interface PairRow {
  /** Domain 𝒜, whose benchmarks are scored. */
  domain: Domain;
  /** Domain ℬ of the other expert; null: 𝒜's expert alone, merged by the same method. */
  partner: Domain | null;
  benchmark: BenchmarkName | "average";
  title: string;
  /** Score of the merge of 𝒜 and ℬ. */
  score: Interval;
  /** Score of 𝒜's expert alone. */
  expert: number;
  /** Merge − expert, paired. */
  difference: Interval;
  /** Merge − merge of the expert alone, paired: what the partner does; null for the expert alone. */
  partnerEffect: Interval | null;
  seeds: number;
}

/** Scores of the experts by their domains. */
export type ScoresByDomain = ReadonlyMap<Domain, ModelScores>;

/** Item scores of a merge (a) and of the domain's expert (b), on the domain's benchmarks: [item][seed]. */
export function pairMatrices(
  { domain, lines }: PairSource,
  experts: ScoresByDomain,
): { benchmark: BenchmarkName; a: number[][]; b: number[][] }[] {
  const own = experts.get(domain)!;
  const names = lines[0]!.map(({ benchmark }) => benchmark);
  return benchmarksOf(names, domain).map((benchmark) => {
    const columns = lines.map(
      (seed) => seed.find((line) => line.benchmark === benchmark)!.scores,
    );
    return { benchmark, a: transpose(columns), b: own.get(benchmark)! };
  });
}

/** The merge of a pair's expert alone. */
export function aloneOf(
  { domain }: PairSource,
  pairs: readonly PairSource[],
): PairSource {
  return pairs.find((each) => each.domain === domain && each.partner === null)!;
}

/** Rows of Table 6. */
export function pairRows(
  pairs: readonly PairSource[],
  experts: ScoresByDomain,
): PairRow[] {
  return pairs.flatMap((pair) => {
    const { domain, partner, lines } = pair;
    const matrices = pairMatrices(pair, experts);
    const alone = pairMatrices(aloneOf(pair, pairs), experts);
    const row = (
      benchmark: PairRow["benchmark"],
      title: string,
      used: typeof matrices,
    ): PairRow => ({
      domain,
      partner,
      benchmark,
      title,
      score: inPoints(
        used.length === 1
          ? overSeeds(used[0]!.a)
          : averageOverSeeds(used.map(({ a }) => a)),
      ),
      expert: points(averageOverSeeds(used.map(({ b }) => b)).mean),
      difference: inPoints(pairedDifference(used)),
      partnerEffect:
        partner === null
          ? null
          : inPoints(
              pairedDifference(
                used.map(({ benchmark: name, a }) => ({
                  a,
                  b: alone.find((each) => each.benchmark === name)!.a,
                })),
              ),
            ),
      seeds: lines.length,
    });
    return [
      ...matrices.map((each) =>
        row(each.benchmark, benchmarkSpec(each.benchmark).title, [each]),
      ),
      row("average", "Avg.", matrices),
    ];
  });
}
