/** `m2rl import`: logs of other harnesses as records of ours. */
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  finishRecords,
  readInspectLog,
  readLmEvalLog,
  type RecordsFile,
} from "../evaluate/index.js";
import { TaskError } from "../error.js";
import { BUDGETS, readJson, readJsonLines } from "../io/index.js";
import { mean } from "../stats/index.js";
import { textTable, UsageError, type Verb } from "./verb.js";

const HELP = `m2rl import LOG… --out FOLDER [options]

Read evaluations that were done elsewhere as records, one file per log, so that they stand beside ours: Inspect's logs as JSON
(\`inspect log convert --to json\`), and lm-eval's samples_TASK_*.jsonl (\`lm_eval --log_samples\`). A log that is not complete, or whose grades
are not right or wrong, is an error.

  --scorer NAME      Inspect: whose grade counts, default the only one
  --metric NAME      lm-eval: which grade counts, default the only one
  --filter NAME      lm-eval: which extraction, default the first
  --model NAME       lm-eval: whose answers they are
  --benchmark NAME   what the benchmark is called, default as in the log or its file's name
`;

interface Values {
  out?: string;
  scorer?: string;
  metric?: string;
  filter?: string;
  model?: string;
  benchmark?: string;
}

const fail = (text: string, cause?: unknown): TaskError =>
  new TaskError(`import: ${text}`, { cause });

/** The records of one log. */
function readLog(path: string, values: Values): Omit<RecordsFile, "bytes"> {
  const { scorer, metric, filter } = values;
  if (!path.endsWith(".jsonl")) {
    const log = readJson(path, BUDGETS.lines, fail);
    return readInspectLog(log, { scorer, where: path });
  }
  if (values.model === undefined)
    throw new UsageError(
      "import must be given --model NAME for logs of lm-eval, which do not hold it",
    );
  // samples_TASK_DATE.jsonl
  const task = basename(path, ".jsonl")
    .replace(/^samples_/, "")
    .replace(/_\d{4}-\d{2}-\d{2}T[\d.-]+$/, "");
  return readLmEvalLog(readJsonLines(path, fail), {
    benchmark: values.benchmark ?? task,
    model: values.model,
    metric,
    filter,
    where: path,
  });
}

/** The verb. */
export const importLogs: Verb = {
  help: HELP,
  main(args, output) {
    const text = { type: "string" } as const;
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{ out: text, scorer: text, metric: text, filter: text },
        ...{ model: text, benchmark: text },
      },
    });
    if (positionals.length === 0 || values.out === undefined)
      throw new UsageError(
        "import must be given logs and --out FOLDER; m2rl import --help",
      );
    const rows = positionals.map((path) => {
      const { header, records } = readLog(path, values);
      const name = values.benchmark ?? header.benchmark;
      const own = { ...header, benchmark: name };
      finishRecords(join(values.out!, `${name}.jsonl`), own, records);
      const score = 100 * mean(records.map(({ reward }) => reward));
      const { model, items, samples } = header;
      return [name, model, score.toFixed(1), String(items), String(samples)];
    });
    output.stdout.write(
      `${textTable([["benchmark", "model", "score", "items", "K"], ...rows])}\n`,
    );
    return Promise.resolve(0);
  },
};
