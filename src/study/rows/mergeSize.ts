/** Rows of merges whose task vectors differ in size. */
import { type BenchmarkName } from "../../evaluate/index.js";
import { averageOverSeeds, mean } from "../../stats/index.js";
import type { MergeMethodName } from "../../merge/index.js";
import { brief, scoreOf } from "./interval.js";
import { transpose, type ItemScores } from "./modelScores.js";

/** One line of a size file: a merge with its scores, item by item. */
export interface SizeLine {
  method: MergeMethodName;
  /** null for a method without a scale. */
  lambda: number | null;
  step: number;
  learningRate: number;
  /** Mean ‖τ‖ / ‖anchor‖ of the experts before merging. */
  taskVectorSize: number;
  /** ‖merged − anchor‖ / ‖anchor‖. */
  mergedSize: number;
  scores: ItemScores;
  /** What the line depends on. */
  key: string;
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
      const estimate = averageOverSeeds(matrices);
      const average = (of: (line: SizeLine) => number): number =>
        brief(mean(same.map(of)));
      return {
        method,
        lambda,
        step,
        learningRate,
        taskVectorSize: average((line) => line.taskVectorSize),
        mergedSize: average((line) => line.mergedSize),
        ...scoreOf(estimate),
        seeds: estimate.seeds,
      };
    }),
  );
}
