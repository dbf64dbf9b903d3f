/** `m2rl slime`: one training run of a study as a job of slime. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readConfiguration } from "../checkpoint/index.js";
import {
  readSlimeFlag,
  SLIME_COMMIT,
  writeSlimeJob,
  type SlimeJobOptions,
} from "../cluster/index.js";
import { DOMAINS, type Domain, type Task } from "../domains/index.js";
import { StudyError, TaskError } from "../error.js";
import { BUDGETS, readJsonLines, readJsonObject } from "../io/index.js";
import { textTokens } from "../model/index.js";
import { hint } from "../nearest.js";
import {
  readStudy,
  runFolder,
  type DistillOptions,
  type Model,
  type RlOptions,
} from "../study/index.js";
import { Tokenizer } from "../tokenizer/index.js";
import { distillSettings, grpoSettings, tasksOfStep } from "../train/index.js";
import { integerOption, UsageError, type Verb } from "./verb.js";

const HELP = `m2rl slime STUDY MODEL [--out DIR] [options]

Write the run that makes a model of the study (operation rl or distill) as a job of slime ${SLIME_COMMIT}: data, arguments, settings and the
command for Ray, in a folder that the cluster sees at the same path. Start \`m2rl rewards\` where the cluster reaches it, run DIR/submit.sh
there, and merge or evaluate DIR/hf/LAST. Flags are checked against those of the commit: slime drops unknown ones without a word.

  --out DIR              default where a stage of \`trainer: slime\` takes its model from: runs/PROFILE/seedN/models/MODEL.slime
  --profile NAME         a profile of the study, default full
  --seed N               a seed of the study, default its first
  --tasks FILE           tasks to train on, lines as m2rl tasks writes them; default those that m2rl run would draw
  --rewards URL          address of m2rl rewards, default http://127.0.0.1:8391
  --init PATH            folder of the model to start from, default that of the study
  --teacher DOMAIN=URL   SGLang server with the teacher of a domain; once for each domain of a distillation
  --nodes N --gpus N     default 4 and 8
  --response-tokens N    most tokens of an answer, default 32768
  --prompt-tokens N      most tokens of a prompt, default 2048
  --set FLAG[=VALUE]     a flag of slime, over what m2rl writes; may be repeated
`;

const fail = (text: string, cause?: unknown): TaskError =>
  new TaskError(`slime: ${text}`, { cause });

/** Ids of the tokens that end an answer, as the folder of a model says. */
function stopIdsOf(folder: string): number[] {
  let ids: unknown;
  const path = join(folder, "generation_config.json");
  const tokenizer = join(folder, "tokenizer.json");
  if (existsSync(path))
    ids = readJsonObject(path, BUDGETS.config, fail)["eos_token_id"];
  else if (existsSync(tokenizer))
    ids = textTokens(Tokenizer.fromFile(tokenizer)).eos_token_id;
  const all: unknown[] = Array.isArray(ids) ? ids : [ids];
  return all.filter((id): id is number => Number.isSafeInteger(id));
}

/** The values of `--teacher`. */
function teachersOf(given: readonly string[]): Partial<Record<Domain, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      const domain = text.slice(0, Math.max(0, at));
      if (
        !DOMAINS.some((name) => name === domain) ||
        !/^https?:/.test(text.slice(at + 1))
      )
        throw new UsageError(
          `--teacher must be DOMAIN=URL with one of ${DOMAINS.join(", ")}, got ${JSON.stringify(text)}`,
        );
      return [domain, text.slice(at + 1)];
    }),
  );
}

/** How the run is made, with all settings filled in. */
function runOf(
  { name, by, options }: Model,
  seed: number,
  given: readonly string[],
): SlimeJobOptions["run"] {
  const places = { seed, out: name, log: "", init: "" };
  if (by === "rl") {
    const own = options as RlOptions;
    const stream = own.domains.length > 1 ? "multi" : own.domains[0]!;
    const settings = grpoSettings({ ...own, ...places, name: stream });
    return { by, settings };
  }
  if (by === "distill") {
    const teachers = teachersOf(given);
    const own = options as DistillOptions;
    const asked = { ...own, ...places, name };
    // Which servers there are is checked with the job, by name.
    const folders = Object.fromEntries(own.domains.map((each) => [each, each]));
    const settings = distillSettings({ ...asked, teachers: folders });
    return { by, settings, teachers };
  }
  throw new StudyError(
    `slime: model must be made by rl or distill, got ${name} by ${by}`,
  );
}

/** The tasks of every step, as our own trainer would draw them. */
function* drawn({ settings }: SlimeJobOptions["run"]): Generator<Task> {
  for (let step = 0; step < settings.steps; step++)
    yield* tasksOfStep(settings, step, settings.promptsPerStep);
}

const text = { type: "string" } as const;

const OPTIONS = {
  ...{ out: text, seed: text, tasks: text, init: text },
  ...{ nodes: text, gpus: text },
  ...{ "response-tokens": text, "prompt-tokens": text },
  profile: { type: "string", default: "full" },
  rewards: { type: "string", default: "http://127.0.0.1:8391" },
  teacher: { type: "string", multiple: true, default: [] as string[] },
  set: { type: "string", multiple: true, default: [] as string[] },
} as const;

type Values = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS }>
>["values"];

/** Everything about the job, from the study and the command. */
function jobOf(path: string, wanted: string, values: Values): SlimeJobOptions {
  const profile = values.profile!;
  const { folder, spec } = readStudy(path, profile);
  const names = spec.models.map(({ name }) => name);
  const model = spec.models.find(({ name }) => name === wanted);
  if (!model)
    throw new StudyError(
      `slime: model must be one of the study's, got ${JSON.stringify(wanted)}; ${hint(wanted, names)}`,
    );
  const seed = integerOption("seed", values.seed, 0) ?? spec.seeds[0]!;
  const run = runOf(model, model.seed ?? seed, values.teacher!);
  const base = join(folder, spec.base);
  const models = join(runFolder(folder, profile), `seed${seed}/models`);
  const from = model.parents.from![0]!.model;
  const start = from === "base" ? base : join(models, from);
  const size = (
    name: "nodes" | "gpus" | "response-tokens" | "prompt-tokens",
    usual: number,
  ): number => integerOption(name, values[name], 1) ?? usual;
  return {
    name: model.name,
    run,
    tasks: values.tasks
      ? (readJsonLines(values.tasks, fail) as Task[])
      : drawn(run),
    shuffle: values.tasks !== undefined,
    init: resolve(values.init ?? start),
    configuration: readConfiguration(base) ?? {},
    stopIds: stopIdsOf(base),
    out: values.out ?? join(models, `${model.name}.slime`),
    rewards: values.rewards!,
    nodes: size("nodes", 4),
    gpus: size("gpus", 8),
    responseTokens: size("response-tokens", 32768),
    promptTokens: size("prompt-tokens", 2048),
    set: Object.fromEntries(values.set!.map(readSlimeFlag)),
  };
}

/** The verb. */
export const slime: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: OPTIONS,
    });
    const [path, wanted, ...more] = positionals;
    if (path === undefined || wanted === undefined || more.length > 0)
      throw new UsageError(
        `slime must be given a study and one of its models, got ${positionals.length} arguments; m2rl slime --help`,
      );
    const options = jobOf(path, wanted, values);
    const { cost, rows, args: own, model } = writeSlimeJob(options);
    output.stdout.write(
      `${rows} rows, ${own.length} arguments: ${options.out}\n` +
        `at the rate of Table 2's row ${cost.row} (${cost.printed} GPU hours): ${cost.hours} GPU hours\n` +
        `run ${join(options.out, "submit.sh")} on the cluster; the model will be ${model}\n`,
    );
    return Promise.resolve(0);
  },
};
