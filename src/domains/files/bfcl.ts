/** Files of BFCL → tasks. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { TaskError } from "../../error.js";
import {
  BFCL_CATEGORIES,
  BFCL_CLASSES,
  readBfclTask,
  type BfclCategory,
  type BfclFunction,
  type ReadBfclOptions,
} from "../agent/bfcl/index.js";
import type { Task } from "../specs.js";
import { readRows, type FileRow } from "./readRows.js";

/** What the files call categories that have another name in the scores. */
const CALLED: Readonly<Record<string, BfclCategory>> = {
  simple_python: "simple",
  simple_java: "java",
  simple_javascript: "javascript",
};

/** Class → the file of `multi_turn_func_doc` that describes its methods. */
const METHOD_FILES: Readonly<Record<string, string>> = {
  GorillaFileSystem: "gorilla_file_system",
  MathAPI: "math_api",
  MessageAPI: "message_api",
  TicketAPI: "ticket_api",
  TradingBot: "trading_bot",
  TravelAPI: "travel_booking",
  TwitterAPI: "posting_api",
  VehicleControlAPI: "vehicle_control",
};

/** The category of a file by its name, or undefined where it holds none of v3. */
function categoryOf(file: string): BfclCategory | undefined {
  const name = /^BFCL_v[34]_(\w+)\.json$/.exec(basename(file))?.[1] ?? "";
  const category = CALLED[name] ?? name;
  return Object.hasOwn(BFCL_CATEGORIES, category)
    ? (category as BfclCategory)
    : undefined;
}

/** The files of a folder that hold categories, in the order of their names; a file stands for itself. */
function filesAt(path: string): string[] {
  if (!existsSync(path)) throw new TaskError(`readBfcl: ${path} not found`);
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => categoryOf(name) !== undefined)
        .sort()
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0 || categoryOf(files[0]!) === undefined)
    throw new TaskError(
      `readBfcl: ${path} must be BFCL_v3_….json or BFCL_v4_….json of a category of v3, or a folder with such files`,
    );
  return files;
}

/** What the model is told of methods, where the folder of their descriptions lies beside the file. */
async function methodsBeside(file: string): Promise<ReadBfclOptions> {
  const folder = join(dirname(file), "multi_turn_func_doc");
  if (!existsSync(folder)) return {};
  const methods: Record<string, BfclFunction[]> = {};
  for (const name of Object.keys(BFCL_CLASSES)) {
    const path = join(folder, `${METHOD_FILES[name]!}.json`);
    if (existsSync(path))
      methods[name] = (await readRows(path)) as unknown as BfclFunction[];
  }
  return { methods };
}

/** The published answers of a file, by the id of their row. */
async function answersOf(file: string): Promise<Map<unknown, FileRow>> {
  const path = join(dirname(file), "possible_answer", basename(file));
  const rows = existsSync(path) ? await readRows(path) : [];
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The tasks of BFCL v3 in a file, or in all files of a folder, as `m2rl benchmarks fetch bfcl` leaves them: answers are looked for in
 * `possible_answer/` beside the file, descriptions of methods in `multi_turn_func_doc/`.
 *
 * @throws TaskError nothing is there, or a row is not of its form; names file, line and field
 * @example
 * const print = async () => {
 *   for await (const { id, kind } of readBfcl(".cache/benchmarks/bfcl-eval-2026.3.23")) console.log(id, kind);
 * };
 */
export async function* readBfcl(path: string): AsyncGenerator<Task> {
  for (const file of filesAt(path)) {
    const category = categoryOf(file)!;
    const answers = await answersOf(file);
    const methods = category.startsWith("multi_turn_")
      ? await methodsBeside(file)
      : {};
    for (const [i, row] of (await readRows(file)).entries())
      yield readBfclTask(category, row, answers.get(row.id), {
        ...methods,
        where: `${file}:${i + 1}`,
      });
  }
}
