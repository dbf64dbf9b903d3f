/** Whether a file is the benchmark that it is taken for. */
import { TaskError } from "../../error.js";
import { hint } from "../../nearest.js";
import { PUBLISHED, type PublishedBenchmark } from "./benchmarks.js";
import { readRows } from "./readRows.js";

/** What was found. */
export interface FileCheck {
  benchmark: PublishedBenchmark;
  rows: number;
  /** What is not as published, one line each; empty where all is. */
  problems: readonly string[];
}

/**
 * A published benchmark by name.
 *
 * @throws TaskError the name is unknown
 */
export function published(name: string): PublishedBenchmark {
  const found = PUBLISHED.find((row) => row.name === name);
  if (found) return found;
  const names = PUBLISHED.map((row) => row.name);
  throw new TaskError(
    `benchmarks: unknown benchmark ${JSON.stringify(name)}; ${hint(name, names)}`,
  );
}

/**
 * Compare a file with what is published: number of rows, columns, and rows that occur twice.
 *
 * @throws TaskError the benchmark is unknown, or the file cannot be read; a missing file is told where it is published
 * @example
 * checkFile("humaneval", "HumanEval.jsonl.gz").problems // []
 */
export function checkFile(name: string, path: string): FileCheck {
  const benchmark = published(name);
  let rows;
  try {
    rows = readRows(path);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const terms = benchmark.gated ? ", after its terms were accepted" : "";
    throw new TaskError(
      `${error.message}; ${benchmark.title} is published at ${benchmark.place}${terms}`,
    );
  }
  const problems: string[] = [];
  if (rows.length !== benchmark.size)
    problems.push(`must have ${benchmark.size} rows, has ${rows.length}`);
  for (const column of benchmark.columns) {
    const without = rows.filter((row) => !Object.hasOwn(row, column)).length;
    if (without > 0)
      problems.push(
        `column ${JSON.stringify(column)} is missing from ${without} rows`,
      );
  }
  const different = new Set(rows.map((row) => JSON.stringify(row))).size;
  if (different < rows.length)
    problems.push(
      `rows must be unique, ${rows.length - different} occur again`,
    );
  return { benchmark, rows: rows.length, problems };
}
