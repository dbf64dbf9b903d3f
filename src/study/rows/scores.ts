/** Rows of the main table: every model on every benchmark and on their average, and paired differences; numbers are points (0 to 100). */
import {
  STYLES,
  type BenchmarkName,
  type Style,
} from "../../evaluate/index.js";
import {
  averageOverSeeds,
  mean,
  overSeeds,
  pairedDifference,
} from "../../stats/index.js";
import type { Domain } from "../../domains/index.js";
import type { Role } from "../graph/model.js";
import {
  inPoints,
  points,
  scoreOverSeeds,
  type Interval,
  type SeedScore,
} from "./interval.js";
import { about, type Scored } from "./modelScores.js";

/** What rows of a measure with several temperatures say of their own. */
export interface AtTemperature {
  /** Sampling temperature, 0 is greedy; absent where the measure has one temperature alone. */
  temperature?: number;
}

/** Score of one model on one benchmark, or on their average. */
export interface ScoreRow extends AtTemperature, SeedScore {
  model: string;
  role: Role;
  benchmark: BenchmarkName | "average";
  /** How tables call the benchmark, for example "AIME'24 → nano". */
  title: string;
  domain: Domain | null;
  items: number;
  samples: number;
  /** Points of each seed, in the study's order of seeds. */
  perSeed: number[];
  /** Share of the answers in each style, points; absent where the records do not say it. */
  styles?: Record<Style, Interval>;
}

/** Shares of styles over some benchmarks. */
function stylesOver(
  benchmarks: readonly Readonly<Record<Style, number[][]>>[],
): Pick<ScoreRow, "styles"> {
  const shares = STYLES.map((style): [Style, Interval] => [
    style,
    inPoints(averageOverSeeds(benchmarks.map((own) => own[style]))),
  ]);
  return { styles: Object.fromEntries(shares) as Record<Style, Interval> };
}

/** Paired difference of two models: a − b on the same items, samples' random numbers and seeds. */
export interface DifferenceRow extends AtTemperature, Omit<SeedScore, "score"> {
  a: string;
  b: string;
  benchmark: BenchmarkName | "average";
  title: string;
  domain: Domain | null;
  /** Points. */
  difference: number;
}

const AVERAGE = { benchmark: "average", title: "Avg.", domain: null } as const;

/** Means over the items, one per seed, of scores[item][seed]. */
export function seedMeans(scores: readonly (readonly number[])[]): number[] {
  const seeds = scores[0]!.length;
  return Array.from({ length: seeds }, (_, s) =>
    mean(scores.map((row) => row[s]!)),
  );
}

/** The main table: every model on every benchmark and on their average. */
export function scoreRows(
  models: readonly Scored[],
  {
    items,
    samples,
    at = {},
  }: { items: number; samples: number; at?: AtTemperature },
): ScoreRow[] {
  return models.flatMap(({ model, role, scores, styles }) => {
    const matrices = [...scores.values()];
    const rows = [...scores].map(([name, matrix]): ScoreRow => ({
      model,
      role,
      ...at,
      ...about(name),
      ...scoreOverSeeds(overSeeds(matrix)),
      items,
      samples,
      perSeed: seedMeans(matrix).map(points),
      ...(styles && stylesOver([styles.get(name)!])),
    }));
    const seeds = matrices.map(seedMeans);
    const perSeed = seeds[0]!.map((_, s) =>
      points(mean(seeds.map((row) => row[s]!))),
    );
    const average = scoreOverSeeds(averageOverSeeds(matrices));
    return [
      ...rows,
      {
        model,
        role,
        ...at,
        ...AVERAGE,
        ...average,
        items: items * matrices.length,
        samples,
        perSeed,
        ...(styles && stylesOver([...styles.values()])),
      },
    ];
  });
}

/**
 * Paired differences: every model against every other on the average, and against some of them on each benchmark.
 *
 * @param at       what rows say of a temperature
 * @param against  models that the others are compared with on each benchmark too; default SFT and mixed runs
 */
export function differenceRows(
  models: readonly Scored[],
  at: AtTemperature = {},
  against: readonly string[] = models
    .filter(({ role }) => role === "sft" || role === "multi")
    .map(({ model }) => model),
): DifferenceRow[] {
  const rows: DifferenceRow[] = [];
  for (const a of models) {
    for (const b of models) {
      if (a === b) continue;
      const names = [...a.scores.keys()];
      const pairs = names.map((name) => ({
        a: a.scores.get(name)!,
        b: b.scores.get(name)!,
      }));
      const row = (
        place: Pick<DifferenceRow, "benchmark" | "title" | "domain">,
        used: typeof pairs,
      ): void => {
        const { score, ...rest } = scoreOverSeeds(pairedDifference(used));
        rows.push({
          a: a.model,
          b: b.model,
          ...at,
          ...place,
          difference: score,
          ...rest,
        });
      };
      if (against.includes(b.model))
        names.forEach((name, i) => row(about(name), [pairs[i]!]));
      row(AVERAGE, pairs);
    }
  }
  return rows;
}
