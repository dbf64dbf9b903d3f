/** Scores and paired differences from records, also of an evaluation that is still under way. */
import {
  averageOverSeeds,
  overSeeds,
  pairedDifference,
  type SeedEstimate,
} from "../../stats/index.js";
import type { Records, RecordMeasure } from "./records.js";
import type { RecordsIndex } from "./recordsIndex.js";
import type { Cell, ScoreTable } from "./types.js";

/** Item means of one model: scores[item][seed], with the names of the items. */
interface Matrix {
  tasks: string[];
  scores: number[][];
}

/** Shares in points with three decimals, as the rows of a study have them. */
function cellOf(estimate: SeedEstimate, items: number): Cell {
  const points = (share: number): number => Number((100 * share).toFixed(3));
  const { mean, low, high, seeds } = estimate;
  return {
    ...{ value: points(mean), low: points(low), high: points(high) },
    ...{ items, seeds },
  };
}

/** Means of the tasks that every seed has. */
function matrixOf(indices: readonly RecordsIndex[]): Matrix | null {
  const [first, ...rest] = indices;
  if (first === undefined) return null;
  const tasks = first.tasks.filter((task) =>
    rest.every((index) => index.placeOf(task) !== undefined),
  );
  if (tasks.length === 0) return null;
  const scores = tasks.map((task) =>
    indices.map((index) => index.mean(index.placeOf(task)!)),
  );
  return { tasks, scores };
}

/** Two models on the tasks that both have. */
function paired(
  a: Matrix,
  b: Matrix,
): { a: number[][]; b: number[][] } | null {
  const places = new Map(b.tasks.map((task, i) => [task, i]));
  const common = a.tasks.flatMap((task, i) => {
    const other = places.get(task);
    return other === undefined ? [] : [[i, other] as const];
  });
  if (common.length === 0) return null;
  return {
    a: common.map(([i]) => a.scores[i]!),
    b: common.map(([, j]) => b.scores[j]!),
  };
}

/** The indices of a model on a benchmark, of the seeds that both it and the other have. */
type IndicesOf = (model: string, benchmark: string) => (RecordsIndex | null)[];

function scoreRow(
  model: string,
  benchmarks: readonly string[],
  indicesOf: IndicesOf,
): ScoreTable["rows"][number] {
  const matrices = benchmarks.map((name) =>
    matrixOf(indicesOf(model, name).filter((each) => each !== null)),
  );
  const cells = matrices.map((own) =>
    own === null ? null : cellOf(overSeeds(own.scores), own.scores.length),
  );
  return { model, cells, average: averageOf(matrices) };
}

function averageOf(matrices: readonly (Matrix | null)[]): Cell | null {
  const whole = matrices.filter((own) => own !== null);
  const seeds = new Set(whole.map(({ scores }) => scores[0]!.length));
  if (whole.length < matrices.length || whole.length === 0 || seeds.size !== 1)
    return null;
  const all = whole.map(({ scores }) => scores);
  const items = all.reduce((sum, own) => sum + own.length, 0);
  return cellOf(averageOverSeeds(all), items);
}

function differenceRow(
  model: string,
  against: string,
  benchmarks: readonly string[],
  indicesOf: IndicesOf,
): ScoreTable["rows"][number] {
  const pairs = benchmarks.map((name) => {
    const own = indicesOf(model, name);
    const other = indicesOf(against, name);
    const both = own.flatMap((index, s) => {
      const second = other[s] ?? null;
      return index === null || second === null ? [] : [[index, second] as const];
    });
    const a = matrixOf(both.map(([index]) => index));
    const b = matrixOf(both.map(([, index]) => index));
    return a === null || b === null ? null : paired(a, b);
  });
  const cells = pairs.map((pair) =>
    pair === null ? null : cellOf(pairedDifference([pair]), pair.a.length),
  );
  const whole = pairs.filter((pair) => pair !== null);
  const seeds = new Set(whole.map(({ a }) => a[0]!.length));
  const isWhole =
    whole.length === pairs.length && whole.length > 0 && seeds.size === 1;
  const items = whole.reduce((sum, { a }) => sum + a.length, 0);
  const average = isWhole ? cellOf(pairedDifference(whole), items) : null;
  return { model, cells, average };
}

/**
 * Scores of all models of a measure, or their paired differences with one of them.
 *
 * A benchmark that is still under way counts with the tasks that every seed has (for a difference: that both models have); the average
 * is there only when every benchmark is.
 *
 * @param against  the model to compare with; null: scores
 */
export function scoreTable(
  records: Records,
  { measure, models, benchmarks }: RecordMeasure,
  seeds: readonly number[],
  against: string | null,
): ScoreTable {
  const known = new Map<string, (RecordsIndex | null)[]>();
  const indicesOf: IndicesOf = (model, name) => {
    const key = `${model}/${name}`;
    const own =
      known.get(key) ??
      seeds.map((seed) =>
        records.index({ measure, seed, benchmark: name }, model),
      );
    known.set(key, own);
    return own;
  };
  const names = benchmarks.map(({ name }) => name);
  const rows = models.map((model) =>
    against === null
      ? scoreRow(model, names, indicesOf)
      : differenceRow(model, against, names, indicesOf),
  );
  return { measure, against, benchmarks: [...benchmarks], rows };
}
