/** Rows of Figure 2: scores along training. */
import { type BenchmarkName } from "../../evaluate/index.js";
import { overSeeds } from "../../stats/index.js";
import { scoreOf } from "./interval.js";
import { about, transpose, type ItemScores } from "./modelScores.js";

/** One line of a trajectory: a checkpoint's scores, item by item. */
export interface TrajectoryLine {
  /** Hash of the checkpoint. */
  model: string;
  step: number;
  scores: ItemScores;
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
        const estimate = overSeeds(transpose(columns));
        const { benchmark, title } = about(name);
        return {
          run: model,
          benchmark,
          title,
          step,
          ...scoreOf(estimate),
          seeds: estimate.seeds,
        };
      }),
    ),
  );
}
