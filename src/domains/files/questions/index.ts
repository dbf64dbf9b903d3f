/**
 * questions: rows of the published benchmarks → tasks, one reader a benchmark.
 *
 * Exports: `readQuestions` (a benchmark's files → its tasks).
 */
import { TaskError } from "../../../error.js";
import type { Task } from "../../specs.js";
import { filesOf, isScored, published } from "../check.js";
import { readHumanEvalRow } from "../humanEval.js";
import { readLiveCodeRow } from "../liveCodeBench.js";
import { streamRows, type PlacedRow } from "../streamRows.js";
import { readConstraintRow } from "./constraintRow.js";
import { readGpqaRow } from "./gpqaRow.js";
import { readHleRow } from "./hleRow.js";
import { readMathRow } from "./mathRow.js";
import { readMbppRow } from "./mbppRow.js";

/** A row's task; null where the row is left out because it shows a picture. */
type ReadRow = (placed: PlacedRow, index: number) => Task | null;

const math =
  (name: string): ReadRow =>
  (placed, index) =>
    readMathRow(name, placed, index);
const constraints =
  (name: string): ReadRow =>
  (placed) =>
    readConstraintRow(name, placed);

/** Benchmark → how its rows are read. BFCL has files of its own (`readBfcl`). */
const READERS: Readonly<Record<string, ReadRow>> = {
  aime24: math("aime24"),
  aime25: math("aime25"),
  "livecodebench-v5": readLiveCodeRow,
  "livecodebench-v6": readLiveCodeRow,
  hle: readHleRow,
  "gpqa-diamond": (placed, index) => readGpqaRow(placed, index),
  ifeval: constraints("ifeval"),
  ifbench: constraints("ifbench"),
  gsm8k: math("gsm8k"),
  "math-500": math("math-500"),
  humaneval: readHumanEvalRow,
  mbpp: readMbppRow,
};

/** Names of the benchmarks that `readQuestions` reads. */
export const QUESTION_NAMES: readonly string[] = Object.keys(READERS);

/**
 * The tasks of a published benchmark in its files: the rows that are scored, in the order of the files.
 *
 * @param name  of `PUBLISHED`, but not bfcl-v3
 * @param path  a file, a folder of files, a repository's folder in the hub's cache or the cache itself; default: this machine's cache
 * @returns each row's task, or null where it is left out because it shows a picture
 * @throws TaskError the benchmark is unknown or nothing is found, with where it is published; a row is not of its form, with file and line
 * @example
 * const print = async () => {
 *   for await (const task of readQuestions("aime24", "aime24.jsonl")) console.log(task?.prompt);
 * };
 */
export async function* readQuestions(
  name: string,
  path?: string,
): AsyncGenerator<Task | null> {
  const benchmark = published(name);
  if (!Object.hasOwn(READERS, name))
    throw new TaskError(
      `readQuestions: ${name} has no rows of questions; readBfcl reads BFCL`,
    );
  let index = 0;
  for (const file of filesOf(name, path))
    for await (const placed of streamRows(file)) {
      if (isScored(benchmark, placed.row)) yield READERS[name]!(placed, index);
      index++;
    }
}
