/** Whether a file is the benchmark that it is taken for. */
import { join } from "node:path";
import { TaskError } from "../../error.js";
import { hint } from "../../nearest.js";
import {
  PUBLISHED,
  repositoryOf,
  type PublishedBenchmark,
} from "./benchmarks.js";
import { dataFiles, hubCache, hubFolder } from "./hub.js";
import { type FileRow, readRows } from "./readRows.js";

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
 * Where a benchmark is looked for when no path is given, and where it is published: two lines for an error.
 */
function whereItIs(benchmark: PublishedBenchmark): string {
  const { title, place, gated } = benchmark;
  const terms = gated ? ", after its terms were accepted" : "";
  const repository = repositoryOf(benchmark);
  const cached =
    repository === undefined
      ? ""
      : `; the hub's cache has it at ${join(hubCache(), hubFolder(repository))} once it is downloaded there`;
  const seen = benchmark.placeSeenIn;
  const unsure = benchmark.checked
    ? ""
    : seen === undefined
      ? " (place not checked)"
      : ` (place as in ${seen})`;
  return `${title} is published at ${place}${unsure}${terms}${cached}`;
}

/** The error with where the benchmark is published. */
function withPlace(error: unknown, benchmark: PublishedBenchmark): unknown {
  if (!(error instanceof TaskError)) return error;
  return new TaskError(`${error.message}; ${whereItIs(benchmark)}`);
}

/**
 * Whether a row is one of those that are scored: its day lies in the benchmark's window, where it has one.
 *
 * @throws TaskError the row has no day
 */
export function isScored(
  { name, window }: PublishedBenchmark,
  row: FileRow,
): boolean {
  if (window === undefined) return true;
  const day = /^\d{4}-\d{2}-\d{2}/.exec(String(row["contest_date"]))?.[0];
  if (day === undefined)
    throw new TaskError(
      `benchmarks: rows of ${name} must have a contest_date, got ${JSON.stringify(row["contest_date"] ?? null)}`,
    );
  return window[0] <= day && day <= window[1];
}

/**
 * The files of a benchmark.
 *
 * @param path  a file, a folder of files, a repository's folder in the hub's cache or the cache itself; default: this machine's cache
 * @throws TaskError the benchmark is unknown, or nothing is found; a missing file is told where it is published and was looked for
 */
export function filesOf(name: string, path?: string): string[] {
  const benchmark = published(name);
  const repository = repositoryOf(benchmark);
  try {
    if (path === undefined && repository === undefined)
      throw new TaskError(`readRows: ${name} needs a path`);
    const place = path ?? join(hubCache(), hubFolder(repository!));
    return dataFiles(place, repository, benchmark.files);
  } catch (error) {
    throw withPlace(error, benchmark);
  }
}

/**
 * The rows of a benchmark that are scored: those of its window, where it has one.
 *
 * @param path  as `filesOf` takes it
 * @throws TaskError the benchmark is unknown, or nothing can be read; a missing file is told where it is published and was looked for
 */
export async function readBenchmark(
  name: string,
  path?: string,
): Promise<FileRow[]> {
  const files = filesOf(name, path);
  const rows: FileRow[] = [];
  try {
    for (const file of files) rows.push(...(await readRows(file)));
    return rows.filter((row) => isScored(published(name), row));
  } catch (error) {
    throw withPlace(error, published(name));
  }
}

/**
 * Compare a file with what is published: number of rows, columns, and rows that occur twice.
 *
 * @param path  as `readBenchmark` takes it
 * @throws TaskError the benchmark is unknown, or the file cannot be read; a missing file is told where it is published
 * @example
 * (await checkFile("humaneval", "HumanEval.jsonl.gz")).problems // []
 */
export async function checkFile(
  name: string,
  path?: string,
): Promise<FileCheck> {
  const benchmark = published(name);
  const rows = await readBenchmark(name, path);
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
