/** Rows of models on files of tasks: scores and paired differences, file by file; numbers are points (0 to 100). */
import { publishedTasks, type TaskSampling } from "../../../evaluate/index.js";
import { overSeeds, pairedDifference } from "../../../stats/index.js";
import type { Role } from "../../graph/model.js";
import { points, scoreOverSeeds, type SeedScore } from "../interval.js";
import { seedMeans } from "../scores.js";

/** A model with its scores by the names of the files: scores[item][seed]. */
interface ScoredOnFiles {
  model: string;
  role: Role;
  scores: ReadonlyMap<string, number[][]>;
}

/** One file of tasks, with how they are asked. */
export interface AskedFile extends TaskSampling {
  name: string;
}

/** Score of one model on one file of tasks. */
export interface TaskScoreRow extends Omit<AskedFile, "name">, SeedScore {
  model: string;
  role: Role;
  /** Name of the file in the study. */
  tasks: string;
  /** How tables call it: the published benchmark of that name, else the name. */
  title: string;
  items: number;
  /** Points of each seed, in the study's order of seeds. */
  perSeed: number[];
}

/** Paired difference of two models: a − b on the same tasks, samples' random numbers and seeds. */
export interface TaskDifferenceRow extends Omit<SeedScore, "score"> {
  a: string;
  b: string;
  tasks: string;
  title: string;
  /** Points. */
  difference: number;
}

function titleOf(name: string): string {
  return publishedTasks(name)?.title ?? name;
}

/** Every model on every file. */
export function taskScoreRows(
  models: readonly ScoredOnFiles[],
  asked: readonly AskedFile[],
): TaskScoreRow[] {
  return models.flatMap(({ model, role, scores }) =>
    asked.map(({ name, samples, temperature, topP, maxTokens }) => {
      const matrix = scores.get(name)!;
      return {
        ...{ model, role, tasks: name, title: titleOf(name) },
        ...scoreOverSeeds(overSeeds(matrix)),
        ...{ items: matrix.length, samples, temperature, topP, maxTokens },
        perSeed: seedMeans(matrix).map(points),
      };
    }),
  );
}

/** Every model against every other on every file. */
export function taskDifferenceRows(
  models: readonly ScoredOnFiles[],
): TaskDifferenceRow[] {
  return models.flatMap((a) =>
    models
      .filter((b) => b !== a)
      .flatMap((b) =>
        [...a.scores].map(([name, own]) => {
          const pair = { a: own, b: b.scores.get(name)! };
          const { score, ...rest } = scoreOverSeeds(pairedDifference([pair]));
          return {
            ...{ a: a.model, b: b.model, tasks: name, title: titleOf(name) },
            difference: score,
            ...rest,
          };
        }),
      ),
  );
}
