/** `m2rl evaluate`: score a model on benchmarks, or on any file of tasks. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  BFCL_CATEGORIES,
  bfclOverall,
  type BfclCategory,
} from "../domains/index.js";
import {
  BENCHMARKS,
  ENGLISH_BENCHMARKS,
  evaluateTasks,
  summarizeTasks,
  type EvaluateTasksOptions,
  type NamedTasks,
  type TaskEvaluation,
} from "../evaluate/index.js";
import { mean } from "../stats/index.js";
import { openModel } from "./evaluate/open.js";
import { settingsLine, taskSets, type TaskSet } from "./evaluate/taskSets.js";
import {
  integerOption,
  textTable,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

const LIST = [...BENCHMARKS, ...ENGLISH_BENCHMARKS]
  .map(({ name, title, about }) => `  ${name.padEnd(16)} ${title}: ${about}`)
  .join("\n");

const HELP = `m2rl evaluate MODEL [options]
m2rl evaluate --server URL (--tokenizer DIR | --chat) [options]

Score a model folder, or a model behind an OpenAI-compatible server: Avg@K in percent with its 95 % interval.

  --benchmark NAME   one benchmark of the small world; may be repeated; default all
  --tasks FILE       instead, tasks as \`m2rl tasks\` writes them, of any domain; may be repeated
  --tasks NAME=FILE  the tasks of a published benchmark, from such a file or as it is published (a file or folder); then K, temperature,
                     top-p and most tokens are the benchmark's own (\`m2rl benchmarks list\`) where no option says otherwise
  --difficulty D     easy (default) or hard: which world a benchmark of the small world is of; data/hard is of the hard one
  --items N          items per benchmark or file; default 100, or all of a file
  --samples K        samples per item, default 4
  --seed N           seed of the sampling, default 0
  --temperature T    default 1
  --top-p P          nucleus, default 1
  --max-tokens N     most tokens of an answer; default those of the small world, and with --tasks 4096
  --template folder  prompts by the chat template of the model's folder; default ours
  --gate think|none  whether an answer must end its thoughts by </think>; default think, and with --tasks none
  --records FOLDER   keep one record per sample there, and resume from those that exist
  --keep N           keep the text of the first sample of so many items, default 10
  --keep-tokens      keep with each text its tokens and their log-probabilities

  --server URL       ask this server instead; the environment variable M2RL_TOKEN, where set, is its API key
  --tokenizer DIR    folder with the tokenizer.json of the server's model
  --chat             ask by chats, which the server renders; for servers and models that have nothing else
  --model NAME       which of the server's models, default its only one
  --concurrency N    most requests at a time, default 16
  --timeout SECONDS  of a request, default 600
  --retries N        further tries after a failure that may pass (no connection, half an answer, 408, 429, 5xx), default 6
  --unseeded         accept a server that ignores seeds
  --price R,S        price of a million tokens read and sampled; what the evaluation may cost is said before it starts
  --most-cost C      do not start where it may cost more

Benchmarks
${LIST}
`;

const percent = (share: number): string => (100 * share).toFixed(1);

const COLUMNS = [
  "benchmark",
  "score",
  "95 % interval",
  "items",
  "K",
  "truncated",
];

function rowOf(title: string, result: TaskEvaluation): string[] {
  return [
    title,
    percent(result.mean),
    `${percent(result.low)} – ${percent(result.high)}`,
    String(result.items),
    String(result.samples),
    `${percent(result.outcomes.truncated)} %`,
  ];
}

/** Of a file with tasks of several kinds, a row for each kind; of BFCL's categories, its overall score too. */
function kindRows(tasks: NamedTasks["tasks"], all: TaskEvaluation): string[][] {
  const kinds = [...new Set(tasks.map(({ kind }) => kind))];
  if (kinds.length < 2) return [];
  const kindOf = new Map(tasks.map(({ id, kind }) => [id, kind]));
  const parts = kinds.map((kind) => ({
    kind,
    result: summarizeTasks(
      all.records.filter(({ task }) => kindOf.get(task) === kind),
    ),
  }));
  const rows = parts.map(({ kind, result }) => rowOf(`  ${kind}`, result));
  if (!kinds.every((kind) => Object.hasOwn(BFCL_CATEGORIES, kind))) return rows;
  const { overall, missing } = bfclOverall(
    Object.fromEntries(
      parts.map(({ kind, result: { mean: share, items } }) => [
        kind as BfclCategory,
        { right: share * items, total: items },
      ]),
    ),
  );
  const without =
    missing.length > 0 ? `, ${missing.length} categories as 0` : "";
  return [...rows, [`  overall${without}`, percent(overall), "", "", "", ""]];
}

const GATES = ["think", "none"] as const;
const TEMPLATES = ["ours", "folder"] as const;

function oneOf<Name extends string>(
  names: readonly Name[],
  option: string,
  text: string,
): Name {
  const found = names.find((name) => name === text);
  if (found) return found;
  throw new UsageError(
    `--${option} must be ${names.join(" or ")}, got ${JSON.stringify(text)}`,
  );
}

const OPTIONS = {
  benchmark: { type: "string", multiple: true },
  tasks: { type: "string", multiple: true },
  items: { type: "string" },
  difficulty: { type: "string" },
  samples: { type: "string" },
  seed: { type: "string" },
  temperature: { type: "string" },
  "top-p": { type: "string" },
  "max-tokens": { type: "string" },
  gate: { type: "string" },
  template: { type: "string", default: "ours" },
  records: { type: "string" },
  keep: { type: "string" },
  "keep-tokens": { type: "boolean" },
  server: { type: "string" },
  tokenizer: { type: "string" },
  chat: { type: "boolean" },
  model: { type: "string" },
  concurrency: { type: "string" },
  timeout: { type: "string" },
  retries: { type: "string" },
  unseeded: { type: "boolean" },
  price: { type: "string" },
  "most-cost": { type: "string" },
} as const;

/** The verb. */
export const evaluate: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: OPTIONS,
    });
    const isFile = values.tasks !== undefined;
    if (values.chat && values["keep-tokens"])
      throw new UsageError(
        "--keep-tokens needs token ids, which no chat gives",
      );
    const options = {
      seed: integerOption("seed", values.seed, 0),
      keep: integerOption("keep", values.keep, 0),
      keepTokens: values["keep-tokens"],
    };
    const sets = await taskSets(values, values, {
      template: oneOf(TEMPLATES, "template", values.template),
      gate: oneOf(GATES, "gate", values.gate ?? (isFile ? "none" : "think")),
    });
    const opened = await openModel(positionals, values, output);
    for (const line of sets.map(settingsLine))
      if (line !== null) output.stderr.write(`${line}\n`);
    try {
      opened.announce(
        sets.map(({ tasks, settings: { samples } }) => ({ tasks, samples })),
      );
      const how = { records: values.records, byKind: isFile };
      const rows = await score(opened.sampler, sets, options, how, output);
      output.stdout.write(`${textTable([COLUMNS, ...rows])}\n`);
    } finally {
      opened.end();
    }
    return 0;
  },
};

/** The rows of the table, one set of tasks after the other. */
async function score(
  sampler: Parameters<typeof evaluateTasks>[0],
  sets: readonly TaskSet[],
  options: EvaluateTasksOptions,
  { records, byKind }: { records: string | undefined; byKind: boolean },
  { stderr }: CliOutput,
): Promise<string[][]> {
  const rows: string[][] = [];
  const scores: number[] = [];
  for (const { name, title, tasks, settings } of sets) {
    const { samples, temperature, topP } = settings;
    const result = await evaluateTasks(sampler, name, tasks, {
      ...options,
      ...{ samples, temperature, topP },
      recordsPath:
        records === undefined ? undefined : join(records, `${name}.jsonl`),
    });
    if (stderr.isTTY) stderr.write(`${name} ${percent(result.mean)}\n`);
    scores.push(result.mean);
    rows.push(rowOf(title, result));
    if (byKind) rows.push(...kindRows(tasks, result));
  }
  if (sets.length > 1)
    rows.push(["Avg.", percent(mean(scores)), "", "", "", ""]);
  return rows;
}
