/** Files of tasks that models are scored on: as `m2rl tasks` writes them, or a benchmark's as published. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { DOMAINS, files, type Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import { publishedTasks, type PublishedTasks } from "./taskSampling.js";

/** Tasks under the name that records and tables call them by. */
export interface NamedTasks {
  name: string;
  title: string;
  tasks: Task[];
  /** The benchmark that they are of; absent for other files. */
  published?: PublishedTasks;
}

/** Options of `readTaskFile`. */
export interface ReadTaskFileOptions {
  /** Name of a published benchmark (`files.PUBLISHED`) whose tasks the file holds. */
  benchmark?: string | undefined;
  /** Most tasks; default all. */
  items?: number | undefined;
}

/** A row that is a task, its fields checked. */
function taskOf({ row, where }: files.PlacedRow): Task {
  const { id, domain, prompt, data } = row as Partial<Task>;
  if (
    typeof id !== "string" ||
    typeof prompt !== "string" ||
    data === undefined
  )
    throw new TaskError(
      `evaluate: ${where} must be a task with id, domain, prompt and data`,
    );
  if (!DOMAINS.some((known) => known === domain))
    throw new TaskError(
      `evaluate: ${where}: domain must be one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain ?? null)}`,
    );
  return row as unknown as Task;
}

async function* tasksIn(path: string): AsyncGenerator<Task> {
  for await (const placed of files.streamRows(path)) yield taskOf(placed);
}

/** Whether a file's first row is a task; those of published files have no `data`. */
async function holdsTasks(path: string): Promise<boolean> {
  if (!/\.jsonl(\.gz)?$/.test(path) || statSync(path).isDirectory())
    return false;
  for await (const { row } of files.streamRows(path))
    return Object.hasOwn(row, "domain") && Object.hasOwn(row, "data");
  return false;
}

/** The tasks of a published benchmark, from a file of tasks or from its own files. */
async function* tasksOfBenchmark(
  name: string,
  path: string,
): AsyncGenerator<Task> {
  if (await holdsTasks(path)) yield* tasksIn(path);
  else if (name === "bfcl-v3") yield* files.readBfcl(path);
  else
    for await (const task of files.readQuestions(name, path))
      if (task !== null) yield task;
}

/**
 * Read the tasks of a file, or the first of them.
 *
 * @param path  JSON lines as `m2rl tasks` writes them; with `benchmark` also what the benchmark is published as, a file or a folder
 * @throws TaskError a line is not a task, or not a row of the benchmark; names file and line · the benchmark is unknown
 * @example
 * const { tasks, published } = await readTaskFile("test6.jsonl", { benchmark: "livecodebench-v6" });
 * [tasks[0]!.domain, published!.sampling.samples] // ["coding", 1]
 */
export async function readTaskFile(
  path: string,
  { benchmark, items = Infinity }: ReadTaskFileOptions = {},
): Promise<NamedTasks> {
  // An unknown name is refused by `files.published`, which lists the known ones.
  const published =
    benchmark === undefined
      ? undefined
      : publishedTasks(files.published(benchmark).name);
  const tasks: Task[] = [];
  const source = published
    ? tasksOfBenchmark(published.name, path)
    : tasksIn(path);
  for await (const task of source) {
    if (tasks.length === items) break;
    tasks.push(task);
  }
  if (published === undefined) {
    const name = basename(path).replace(/\.jsonl(\.gz)?$/, "");
    return { name, title: name, tasks };
  }
  const { name, title } = published;
  return { name, title, tasks, published };
}
