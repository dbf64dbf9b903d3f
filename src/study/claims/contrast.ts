/** Any weighted sum of scores as one estimate: items, random numbers and seeds are shared, so what makes an item hard cancels. */
import { type BenchmarkName } from "../../evaluate/index.js";
import { averageOverSeeds, type SeedEstimate } from "../../stats/index.js";
import type { ModelScores } from "../rows/modelScores.js";

/** Scores by the model's name. */
export type ScoresByModel = ReadonlyMap<string, ModelScores>;

/** One score with its weight in the sum. */
export interface Term {
  model: string;
  benchmark: BenchmarkName;
  weight: number;
}

/** The terms of a − b, the plain mean over benchmarks. */
export function difference(
  a: string,
  b: string,
  benchmarks: readonly BenchmarkName[],
): Term[] {
  const weight = 1 / benchmarks.length;
  return benchmarks.flatMap((benchmark) => [
    { model: a, benchmark, weight },
    { model: b, benchmark, weight: -weight },
  ]);
}

/** The terms of the plain mean of several sums. */
export function meanOfTerms(sums: readonly (readonly Term[])[]): Term[] {
  return scaled(sums.flat(), 1 / sums.length);
}

/** The terms of a multiple of a sum. */
export function scaled(terms: readonly Term[], factor: number): Term[] {
  return terms.map((term) => ({ ...term, weight: factor * term.weight }));
}

/**
 * Σ weight · score, with its interval over tasks and seeds, paired by task and seed.
 *
 *   sum_bis = B · Σ_terms(b) weight · score(model, b, i, s);   estimate = mean over the B benchmarks, items and seeds
 *
 * @param models  scores[benchmark][item][seed], shares in [0, 1]; every model on the same items and seeds
 * @param terms   at least one
 */
export function contrast(
  models: ScoresByModel,
  terms: readonly Term[],
): SeedEstimate {
  const benchmarks = [...new Set(terms.map(({ benchmark }) => benchmark))];
  const matrices = benchmarks.map((name) => {
    const used = terms
      .filter(({ benchmark }) => benchmark === name)
      .map(({ model, weight }) => ({
        scores: models.get(model)!.get(name)!,
        weight: benchmarks.length * weight,
      }));
    return used[0]!.scores.map((row, i) =>
      row.map((_, s) =>
        used.reduce(
          (sum, { scores, weight }) => sum + weight * scores[i]![s]!,
          0,
        ),
      ),
    );
  });
  return averageOverSeeds(matrices, { kind: "difference" });
}
