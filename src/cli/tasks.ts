/** `m2rl tasks`: tasks as lines of a file, drawn from the small world or read from published files. */
import { parseArgs } from "node:util";
import { trainerRow } from "../cluster/index.js";
import {
  DOMAINS,
  files,
  type Domain,
  type Split,
  type Task,
} from "../domains/index.js";
import { TaskError } from "../error.js";
import { LineWriter } from "../io/index.js";
import { hint } from "../nearest.js";
import { Random } from "../random.js";
import { drawTask } from "../world/index.js";
import { FORMS, type Form } from "./tasks/forms.js";
import { integerOption, textTable, UsageError, type Verb } from "./verb.js";

const SPLITS: readonly Split[] = ["train", "development", "benchmark"];
const ROWS = ["task", "trainer"] as const;

/** Draws of tasks that are drawn already, in a row, before the space counts as used up. */
const MOST_REPEATS = 10_000;

function domainsOf(names: readonly string[]): Domain[] {
  return names.map((name) => {
    const domain = DOMAINS.find((known) => known === name);
    if (domain) return domain;
    throw new UsageError(
      `unknown domain ${JSON.stringify(name)}; ${hint(name, DOMAINS)}`,
    );
  });
}

interface Drawing {
  split: Split;
  count: number;
  seed: number;
  level?: number;
}

/** Different tasks of one domain. */
function* drawn(
  domain: Domain,
  { split, count, seed, level }: Drawing,
): Generator<Task> {
  const random = new Random(seed, `tasks/${domain}/${split}`);
  const ids = new Set<string>();
  let repeats = 0;
  while (ids.size < count) {
    const task = drawTask(domain, random, {
      split,
      ...(level === undefined ? {} : { level }),
    });
    if (ids.has(task.id)) {
      if (++repeats < MOST_REPEATS) continue;
      throw new TaskError(
        `tasks: ${domain} must have ${count} different ${split} tasks, found ${ids.size}`,
      );
    }
    repeats = 0;
    ids.add(task.id);
    yield task;
  }
}

/** What was read of files. */
interface Tally {
  rows: number;
  /** Domain, fix or reason → rows. */
  kept: Map<string, number>;
  fixed: Map<files.FixName, number>;
  skipped: Map<files.SkipReason, number>;
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The texts of data sets that rows point into, from `NAME=FILE`. */
async function questionsOf(
  fills: readonly string[],
): Promise<files.Questions | undefined> {
  if (fills.length === 0) return undefined;
  const texts = new Map<string, string[]>();
  for (const fill of fills) {
    const at = fill.indexOf("=");
    if (at < 1)
      throw new UsageError(
        `--fill must be NAME=FILE, got ${JSON.stringify(fill)}`,
      );
    const list: string[] = [];
    for await (const { row, where } of files.streamRows(fill.slice(at + 1)))
      list.push(files.questionText(row, where));
    texts.set(fill.slice(0, at), list);
  }
  return (name, index) =>
    (texts.get(name) ?? texts.get(name.split("/")[0]!))?.[index];
}

/** Write one line for each row that is kept. */
async function read(
  form: Form,
  paths: readonly string[],
  options: files.RlRowOptions,
  write: (kept: files.Demonstration | Task) => void,
): Promise<Tally> {
  const tally: Tally = {
    rows: 0,
    kept: new Map(),
    fixed: new Map(),
    skipped: new Map(),
  };
  for await (const said of form.read(paths, options)) {
    tally.rows++;
    if ("skipped" in said) {
      add(tally.skipped, said.skipped);
      continue;
    }
    said.fixes.forEach((fix) => add(tally.fixed, fix));
    add(tally.kept, "domain" in said.kept ? said.kept.domain : "chat");
    write(said.kept);
  }
  return tally;
}

function report({ rows, kept, fixed, skipped }: Tally): string {
  const table = textTable([
    ["", "rows"],
    ...[...kept].map(([name, n]) => [name, String(n)]),
    ["all", String(rows)],
  ]);
  const notes = [
    ...[...fixed].map(([name, n]) => `${name} (${n}): ${files.FIXES[name]}`),
    ...[...skipped].map(
      ([name, n]) => `left out, ${name} (${n}): ${files.SKIPS[name]}`,
    ),
  ];
  return [table, ...notes].join("\n");
}

/** Make a file of tasks by `fill`, which may say something before the last line. */
async function write(
  out: string | undefined,
  fill: (writer: LineWriter) => Promise<string> | string,
): Promise<string> {
  if (out === undefined) throw new UsageError("tasks needs --out FILE.jsonl");
  const writer = new LineWriter(out, {
    replaces: (head) => /^(?:$|\{"(?:id|prompt)":)/.test(head),
    kind: "a file of tasks",
  });
  try {
    const said = await fill(writer);
    if (writer.count === 0) throw new TaskError("tasks: no row is left");
    writer.finish();
    return `${said}${writer.count} lines: ${out}\n`;
  } finally {
    writer.discard();
  }
}

/** How a task is written. */
function writerOf(rows: string): (task: Task) => string {
  if (rows === "task") return (task) => JSON.stringify(task);
  if (rows === "trainer") return (task) => JSON.stringify(trainerRow(task));
  throw new UsageError(
    `--rows must be ${ROWS.join(" or ")}, got ${JSON.stringify(rows)}`,
  );
}

interface Values {
  rows: string;
  split: string;
  count?: string;
  seed?: string;
  level?: string;
  from?: string[];
  form: string;
  fill?: string[];
  unedited: boolean;
  out?: string;
}

async function readTasks(values: Values): Promise<string> {
  const form = Object.hasOwn(FORMS, values.form)
    ? FORMS[values.form]!
    : undefined;
  if (!form)
    throw new UsageError(
      `--form must be one of ${Object.keys(FORMS).join(", ")}, got ${JSON.stringify(values.form)}`,
    );
  const text = writerOf(values.rows);
  const questions = await questionsOf(values.fill ?? []);
  const options = {
    edit: !values.unedited,
    ...(questions ? { questions } : {}),
  };
  return await write(values.out, async (writer) => {
    const tally = await read(form, values.from ?? [], options, (kept) =>
      writer.write("domain" in kept ? text(kept) : JSON.stringify(kept)),
    );
    return `${report(tally)}\n`;
  });
}

async function drawTasks(names: string[], values: Values): Promise<string> {
  const split = SPLITS.find((name) => name === values.split);
  if (!split)
    throw new UsageError(
      `--split must be ${SPLITS.join(", ")}, got ${JSON.stringify(values.split)}`,
    );
  const level = integerOption("level", values.level, 1);
  const drawing = {
    split,
    count: integerOption("count", values.count, 1) ?? 100,
    seed: integerOption("seed", values.seed, 0) ?? 0,
    ...(level === undefined ? {} : { level }),
  };
  const domains = domainsOf(names);
  const text = writerOf(values.rows);
  return await write(values.out, (writer) => {
    for (const domain of domains)
      for (const task of drawn(domain, drawing)) writer.write(text(task));
    return "";
  });
}

/** The verb. */
export const tasks: Verb = {
  help: `m2rl tasks DOMAIN… [--split train] [--count N] [--seed S] [--level L] --out FILE.jsonl
m2rl tasks --from FILE… [--form FORM] [--fill NAME=FILE]… [--unedited] --out FILE.jsonl

Write tasks as lines, each {id, domain, kind, prompt, data}: what \`m2rl verify\` grades and what a trainer sends back to
\`m2rl rewards\` as its label. Either N different ones per domain of the small world (default 100), or the rows of published files
in their own columns.

  --rows R           task (default), or trainer: {prompt, label, tools, data_source, reward_model, metadata}, the columns that TRL, slime and
                     verl read; the prompt as messages, the task as label (docs/clusters.md)
  --split S          train, development or benchmark; default train
  --seed S           default 0; the same seed gives the same tasks
  --level L          1, 2 or 3; default all
  --from FILE        JSON lines or Parquet, plain or gzipped; may be repeated
  --form F           default rl:
${Object.entries(FORMS)
  .map(([name, { about }]) => `                     ${name}: ${about}`)
  .join("\n")}
  --fill NAME=FILE   texts that rows only point to: dapo, skywork (rl); taco, apps, code_contests … as NAME or NAME/SPLIT (sft)
  --unedited         leave prompts as published

Every fix that is made to rows is named and counted; a row that is not valid is an error that names its line.
`,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        rows: { type: "string", default: "task" },
        split: { type: "string", default: "train" },
        count: { type: "string" },
        seed: { type: "string" },
        level: { type: "string" },
        from: { type: "string", multiple: true },
        form: { type: "string", default: "rl" },
        fill: { type: "string", multiple: true },
        unedited: { type: "boolean", default: false },
        out: { type: "string" },
      },
    });
    const named = values.from ?? FORMS[values.form]?.isBenchmark;
    if ((named === undefined) === (positionals.length === 0))
      throw new UsageError("tasks needs either DOMAIN… or --from FILE");
    output.stdout.write(
      named ? await readTasks(values) : await drawTasks(positionals, values),
    );
    return 0;
  },
};
