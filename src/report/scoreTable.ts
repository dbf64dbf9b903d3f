/** Rows "scores" and "differences" of a study → tables of models and benchmarks. */
import { benchmarkLabel } from "./labels.js";
import { modelLabel } from "./models.js";
import { pivot } from "./pivot.js";
import type { Estimate, TableValue } from "./table.js";

/** A score: the fields of a study's rows "scores" that are shown; percent, with the ends of its interval. */
export interface ScoreCell {
  model: string;
  /** Its name, or "average". */
  benchmark: string;
  score: number;
  low: number;
  high: number;
}

/** A paired difference a − b: the fields of a study's rows "differences" that are shown; points, with the ends of the interval. */
export interface DifferenceCell {
  a: string;
  b: string;
  benchmark: string;
  difference: number;
  low: number;
  high: number;
}

/**
 * A row's number with its interval, as tables show it.
 *
 * @param row  of a study's rows "scores" (percent) or "differences" (points)
 * @example
 * estimateOf({ difference: 1, low: -1, high: 3 }) // { mean: 1, low: -1, high: 3 }
 */
export function estimateOf(
  row:
    | Pick<ScoreCell, "score" | "low" | "high">
    | Pick<DifferenceCell, "difference" | "low" | "high">,
): Required<Estimate> {
  const mean = "score" in row ? row.score : row.difference;
  return { mean, low: row.low, high: row.high };
}

/** What stands in the lines of a table, and which of it. */
export interface ScoreTableOptions {
  /** Models, in this order; default all, as they come. */
  models?: readonly string[];
  /** Default "models": a line per model and a column per benchmark. */
  lines?: "models" | "benchmarks";
}

/** One cell before it finds its place. */
interface Placed {
  model: string;
  benchmark: string;
  cell: Required<Estimate>;
}

function laidOut(
  cells: readonly Placed[],
  { models, lines = "models" }: ScoreTableOptions,
  caller: string,
): Record<string, TableValue>[] {
  const missing = models?.find(
    (name) => !cells.some(({ model }) => model === name),
  );
  if (missing !== undefined)
    throw new RangeError(
      `${caller}: rows must hold every model, got none of ${JSON.stringify(missing)}`,
    );
  const chosen =
    models === undefined
      ? [...cells]
      : models.flatMap((name) => cells.filter(({ model }) => model === name));
  const named = chosen.map(({ model, benchmark, cell }) => ({
    model: modelLabel(model),
    benchmark: benchmarkLabel(benchmark),
    cell,
  }));
  return pivot(
    named,
    lines === "models"
      ? { rows: "model", columns: "benchmark", values: "cell" }
      : { rows: "benchmark", columns: "model", values: "cell" },
  );
}

/**
 * Scores as `htmlTable` shows them.
 *
 * @param rows  at one temperature
 * @throws RangeError there is no row, none of a model that is asked for, or there are two of one cell
 * @example
 * scoreTable([{ model: "sft", benchmark: "aime24", score: 30, low: 25, high: 35 }])
 * // [{ model: "SFT", "AIME'24": { mean: 30, low: 25, high: 35 } }]
 */
export function scoreTable(
  rows: readonly ScoreCell[],
  options: ScoreTableOptions = {},
): Record<string, TableValue>[] {
  const cells = rows.map((row) => ({
    ...{ model: row.model, benchmark: row.benchmark },
    cell: estimateOf(row),
  }));
  return laidOut(cells, options, "scoreTable");
}

/**
 * Paired differences to one model as `htmlTable` shows them.
 *
 * @param rows     at one temperature
 * @param options  to: the model that is subtracted · models, lines: as of `scoreTable`
 * @throws RangeError as `scoreTable`
 * @example
 * const row = { a: "ties", b: "multi", benchmark: "average", difference: 1, low: -1, high: 3 };
 * differenceTable([row], { to: "multi" }) // [{ model: "TIES", "Avg.": { mean: 1, low: -1, high: 3 } }]
 */
export function differenceTable(
  rows: readonly DifferenceCell[],
  { to, ...options }: ScoreTableOptions & { to: string },
): Record<string, TableValue>[] {
  const cells = rows
    .filter(({ b }) => b === to)
    .map((row) => ({
      ...{ model: row.a, benchmark: row.benchmark },
      cell: estimateOf(row),
    }));
  return laidOut(cells, options, "differenceTable");
}
