/** The forms of published files that `m2rl tasks` reads; one is added by a row of the table. */
import { files, type Task } from "../../domains/index.js";

/** What became of a row: a task or a chat with the fixes that were made, or why there is none. */
export type Read =
  | { kept: Task | files.Demonstration; fixes: files.FixName[] }
  | { skipped: files.SkipReason };

/** Reads the rows of files one after the other. */
export interface Form {
  /** One line of help. */
  about: string;
  /** Whether it is a benchmark's, which is looked for in the hub's cache when no file is named. */
  isBenchmark?: boolean;
  read(
    paths: readonly string[],
    options: files.RlRowOptions,
  ): AsyncGenerator<Read>;
}

async function* rl(
  paths: readonly string[],
  options: files.RlRowOptions,
): AsyncGenerator<Read> {
  const seen = new Map<string, number>();
  for (const path of paths)
    for await (const placed of files.streamRows(path)) {
      const subset = String(placed.row["dataset"] ?? path);
      const index = seen.get(subset) ?? 0;
      seen.set(subset, index + 1);
      const said = files.readRlRow(placed, index, options);
      yield "skipped" in said ? said : { kept: said.task, fixes: said.fixes };
    }
}

async function* sft(
  paths: readonly string[],
  options: files.RlRowOptions,
): AsyncGenerator<Read> {
  for (const path of paths)
    for await (const placed of files.streamRows(path)) {
      const said = files.readSftRow(placed, options);
      yield "skipped" in said
        ? said
        : { kept: said.demonstration, fixes: said.fixes };
    }
}

/** Reads files of which every row is a task. */
const rowByRow = (readRow: (placed: files.PlacedRow) => Task): Form["read"] =>
  async function* (paths) {
    for (const path of paths)
      for await (const placed of files.streamRows(path))
        yield { kept: readRow(placed), fixes: [] };
  };

async function* bfcl(paths: readonly string[]): AsyncGenerator<Read> {
  for (const path of paths)
    for await (const task of files.readBfcl(path))
      yield { kept: task, fixes: [] };
}

/** Reads a published benchmark, without a path from this machine's cache of the hub. */
const questions = (name: string): Form["read"] =>
  async function* (paths) {
    for (const path of paths.length > 0 ? paths : [undefined])
      for await (const task of files.readQuestions(name, path))
        yield task === null
          ? { skipped: "picture" }
          : { kept: task, fixes: [] };
  };

/** Name of a form → how its files are read. */
export const FORMS: Readonly<Record<string, Form>> = {
  rl: { about: "the RL blend's subsets, or files with its columns", read: rl },
  sft: { about: "chats {id, messages, tools}", read: sft },
  livecodebench: {
    about: "LiveCodeBench's test*.jsonl, all rows; tests are read as data",
    read: rowByRow(files.readLiveCodeRow),
  },
  bfcl: {
    about:
      "a file BFCL_v3_… or BFCL_v4_… with possible_answer/ beside it, or the folder of `m2rl benchmarks fetch bfcl`",
    read: bfcl,
  },
  ...Object.fromEntries(
    files.QUESTION_NAMES.map((name) => [
      name,
      {
        about: `${files.published(name).title} as published, where --from or the hub's cache has it`,
        read: questions(name),
        isBenchmark: true,
      },
    ]),
  ),
};
