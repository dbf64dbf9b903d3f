/** From records and logs to the rows that tables and figures show; every number is in points (0 to 100) with its interval. */
import {
  averageOverSeeds,
  overSeeds,
  pairedDifference,
  benchmarkSpec,
  type BenchmarkName,
  type SeedEstimate,
} from "../evaluate/index.js";
import type { Domain } from "../domains/index.js";
import type { MergeMethodName } from "../merge/index.js";
import type { GrpoMetrics } from "../train/index.js";
import { points } from "./brief.js";
import type { SizeLine } from "./stages/merge.js";
import type { TrajectoryLine } from "./stages/evaluate.js";

/** Role of a model in the study. */
export type Role = "base" | "sft" | "expert" | "multi" | "merged" | "student";

/** Score of one model on one benchmark, or on their average. */
export interface ScoreRow {
  model: string;
  role: Role;
  benchmark: BenchmarkName | "average";
  /** How tables call the benchmark, for example "AIME'24 → nano". */
  title: string;
  domain: Domain | null;
  /** Points, 0 to 100. */
  score: number;
  /** Ends of the 95 % interval, points. */
  low: number;
  high: number;
  se: number;
  seeds: number;
  items: number;
  samples: number;
  /** Points of each seed, in the study's order of seeds. */
  perSeed: number[];
}

/** Paired difference of two models: a − b on the same items, samples' random numbers and seeds. */
export interface DifferenceRow {
  a: string;
  b: string;
  benchmark: BenchmarkName | "average";
  title: string;
  domain: Domain | null;
  /** Points. */
  difference: number;
  low: number;
  high: number;
  se: number;
  seeds: number;
}

/** Mean reward of one training step. */
export interface RewardRow {
  /** A domain, or "multi". */
  run: string;
  seed: number;
  step: number;
  /** Share of rollouts, [0, 1]. */
  reward: number;
  /** The same by domain, of the domains that occurred. */
  byDomain: Partial<Record<Domain, number>>;
}

/** Score of an expert's checkpoint. */
export interface TrajectoryRow {
  run: string;
  benchmark: BenchmarkName;
  title: string;
  step: number;
  score: number;
  low: number;
  high: number;
  seeds: number;
}

/** Average score of one merge, with the size of what was merged. */
export interface MergeSizeRow {
  method: MergeMethodName;
  /** null for a method without a scale. */
  lambda: number | null;
  /** Steps and learning rate of the experts that were merged. */
  step: number;
  learningRate: number;
  /** Mean ‖τ‖ / ‖anchor‖ of the experts. */
  taskVectorSize: number;
  /** ‖merged − anchor‖ / ‖anchor‖. */
  mergedSize: number;
  score: number;
  low: number;
  high: number;
  seeds: number;
}

/** Item means of one model: scores[benchmark][item][seed]. */
export type ModelScores = ReadonlyMap<BenchmarkName, number[][]>;

function interval({ mean, low, high, se, seeds }: SeedEstimate): {
  score: number;
  low: number;
  high: number;
  se: number;
  seeds: number;
} {
  return {
    score: points(mean),
    low: points(low),
    high: points(high),
    se: points(se),
    seeds,
  };
}

function about(name: BenchmarkName): {
  benchmark: BenchmarkName;
  title: string;
  domain: Domain;
} {
  const { title, domain } = benchmarkSpec(name);
  return { benchmark: name, title, domain };
}

const AVERAGE = { benchmark: "average", title: "Avg.", domain: null } as const;

function seedMeans(scores: readonly (readonly number[])[]): number[] {
  const seeds = scores[0]!.length;
  return Array.from(
    { length: seeds },
    (_, s) => scores.reduce((sum, row) => sum + row[s]!, 0) / scores.length,
  );
}

/** The main table: every model on every benchmark and on their average. */
export function scoreRows(
  models: readonly { model: string; role: Role; scores: ModelScores }[],
  { items, samples }: { items: number; samples: number },
): ScoreRow[] {
  return models.flatMap(({ model, role, scores }) => {
    const matrices = [...scores.values()];
    const rows = [...scores].map(([name, matrix]): ScoreRow => ({
      model,
      role,
      ...about(name),
      ...interval(overSeeds(matrix)),
      items,
      samples,
      perSeed: seedMeans(matrix).map(points),
    }));
    const seeds = matrices.map(seedMeans);
    const perSeed = seeds[0]!.map((_, s) =>
      points(seeds.reduce((sum, row) => sum + row[s]!, 0) / seeds.length),
    );
    const average = interval(averageOverSeeds(matrices));
    return [
      ...rows,
      {
        model,
        role,
        ...AVERAGE,
        ...average,
        items: items * matrices.length,
        samples,
        perSeed,
      },
    ];
  });
}

/**
 * Paired differences: every model against every other on the average, and against SFT and the mixed run on each benchmark.
 */
export function differenceRows(
  models: readonly { model: string; scores: ModelScores }[],
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
        const { score, ...rest } = interval(pairedDifference(used));
        rows.push({
          a: a.model,
          b: b.model,
          ...place,
          difference: score,
          ...rest,
        });
      };
      if (b.model === "sft" || b.model === "multi")
        names.forEach((name, i) => row(about(name), [pairs[i]!]));
      row(AVERAGE, pairs);
    }
  }
  return rows;
}

/** Training rewards, step by step. */
export function rewardRows(
  logs: readonly { model: string; seed: number; log: readonly GrpoMetrics[] }[],
): RewardRow[] {
  return logs.flatMap(({ model, seed, log }) =>
    log.map(({ step, reward, rewards }) => ({
      run: model,
      seed,
      step,
      reward,
      byDomain: rewards,
    })),
  );
}

/** Scores along training; seeds are pooled. */
export function trajectoryRows(
  runs: readonly {
    model: string;
    seeds: readonly (readonly TrajectoryLine[])[];
  }[],
): TrajectoryRow[] {
  return runs.flatMap(({ model, seeds }) =>
    seeds[0]!.flatMap(({ step, scores }) =>
      (Object.keys(scores) as BenchmarkName[]).map((name) => {
        const columns = seeds.map(
          (lines) => lines.find((line) => line.step === step)!.scores[name]!,
        );
        const {
          score,
          low,
          high,
          seeds: count,
        } = interval(overSeeds(transpose(columns)));
        const { benchmark, title } = about(name);
        return {
          run: model,
          benchmark,
          title,
          step,
          score,
          low,
          high,
          seeds: count,
        };
      }),
    ),
  );
}

/** Scores of merges by size; seeds are pooled, sizes averaged. */
export function mergeSizeRows(
  sets: readonly (readonly (readonly SizeLine[])[])[],
): MergeSizeRow[] {
  return sets.flatMap((seeds) =>
    seeds[0]!.map(({ method, lambda, step, learningRate, scores }) => {
      const same = seeds.map((lines) =>
        lines.find((line) => line.method === method && line.lambda === lambda)!,
      );
      const matrices = (Object.keys(scores) as BenchmarkName[]).map((name) =>
        transpose(same.map((line) => line.scores[name]!)),
      );
      const {
        score,
        low,
        high,
        seeds: count,
      } = interval(averageOverSeeds(matrices));
      const average = (of: (line: SizeLine) => number): number =>
        Number(
          (
            same.reduce((sum, line) => sum + of(line), 0) / same.length
          ).toPrecision(6),
        );
      return {
        method,
        lambda,
        step,
        learningRate,
        taskVectorSize: average((line) => line.taskVectorSize),
        mergedSize: average((line) => line.mergedSize),
        score,
        low,
        high,
        seeds: count,
      };
    }),
  );
}

/** columns[seed][item] → rows[item][seed]. */
export function transpose(columns: readonly (readonly number[])[]): number[][] {
  return columns[0]!.map((_, i) => columns.map((column) => column[i]!));
}
