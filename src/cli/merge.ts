/** `m2rl merge`: checkpoints on disk → one model folder, by a recipe. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { parseSize } from "../checkpoint/index.js";
import {
  mergeCheckpoints,
  type MergeReport,
  methods,
  optionsOf,
  parseRecipe,
  preflight,
  readRecipe,
  type Recipe,
} from "../merge/index.js";
import { hint } from "../nearest.js";
import { mergeProgress } from "./output/mergeProgress.js";
import { planObject, planText, reportText } from "./output/mergeText.js";
import {
  integerOption,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

const ROWS = Object.values(methods);

const LIST = ROWS.map((method) => {
  const { name, mergekitName, title, dialects } = method;
  const dialect = dialects[0]!;
  const options = Object.entries(optionsOf(method, dialect)).map(
    ([option, spec]) => `${option}=${String(spec.default ?? "?")}`,
  );
  const alias = mergekitName ?? "";
  return `  ${name.padEnd(20)} ${alias.padEnd(16)} ${[title, ...options].join("  ")}`;
}).join("\n");

const HELP = `m2rl merge RECIPE OUT [options]
m2rl merge METHOD MODEL... --base MODEL --out OUT [--option NAME=VALUE]... [options]

Merge model folders or .safetensors files of any size. RECIPE is a YAML or JSON file in the form of mergekit's (merge_method, models
or slices, base_model, parameters, dtype, out_dtype, tokenizer_source, chat_template), besides dialect, seed and rounding; paths are
relative to it. The second form writes the recipe itself. All checks come first, from headers only.

  --threads N        worker threads, default one a core
  --max-memory SIZE  resident memory of the process, default 512MB
  --shard-size SIZE  largest file of the result, default 5GB
  --dry-run          print the plan and do nothing
  --force            replace a model that is already at OUT
  --hash-inputs      record the SHA-256 of every input file, which reads all of them once more
  --json             print the plan or the report as JSON

A merge that was stopped or killed leaves a hidden folder beside OUT, and rerunning the same command resumes it.

Methods: name, mergekit's name, title and options with their defaults (? must be given)
${LIST}
`;

interface Values {
  base?: string;
  out?: string;
  option: string[];
}

function isMethod(name: string): boolean {
  return ROWS.some((row) => row.name === name || row.mergekitName === name);
}

/** A value of the command line as the recipe would have it. */
function optionValue(text: string): [string, unknown] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(
      `--option must be NAME=VALUE, got ${JSON.stringify(text)}`,
    );
  }
  if (value === "true" || value === "false") return [name, value === "true"];
  const number = Number(value);
  return [name, value.trim() === "" || Number.isNaN(number) ? value : number];
}

/** Keys of a recipe that the short form takes as options besides those of the method. */
const RECIPE_KEYS = ["dialect", "seed", "rounding", "dtype", "out_dtype"];

/** The recipe of the short form. */
function shortRecipe(
  method: string,
  models: readonly string[],
  { base, option }: Values,
): Recipe {
  const given = option.map(optionValue);
  const isKey = ([name]: [string, unknown]): boolean =>
    RECIPE_KEYS.includes(name);
  const parameters = given.filter((entry) => !isKey(entry));
  const text = stringify({
    merge_method: method,
    ...(base === undefined ? {} : { base_model: base }),
    models: models.map((model) => ({ model })),
    ...(parameters.length === 0
      ? {}
      : { parameters: Object.fromEntries(parameters) }),
    ...Object.fromEntries(given.filter(isKey)),
  });
  return parseRecipe(text, "(command line)");
}

/** Recipe and target of either form. */
function readCommand(
  positionals: readonly string[],
  values: Values,
): { recipe: Recipe; out: string } {
  const [first, ...others] = positionals;
  if (first === undefined) {
    throw new UsageError(
      "merge must be given a recipe and OUT, got nothing; m2rl merge --help",
    );
  }
  if (existsSync(first) || !isMethod(first)) {
    const short = values.base ?? values.out ?? values.option[0];
    if (others.length === 1 && short === undefined) {
      return { recipe: readRecipe(first), out: others[0]! };
    }
    if (short !== undefined && !existsSync(first)) {
      const names = ROWS.map(({ name }) => name);
      throw new UsageError(
        `merge must be given a known method before its models, got ${JSON.stringify(first)}; ${hint(first, names)}`,
      );
    }
    throw new UsageError(
      `merge must be given one OUT after the recipe, got ${others.length} paths${short === undefined ? "" : " and options of the short form"}; m2rl merge --help`,
    );
  }
  if (others.length === 0 || values.out === undefined) {
    throw new UsageError(
      `merge ${first} must be given models and --out; m2rl merge --help`,
    );
  }
  return { recipe: shortRecipe(first, others, values), out: values.out };
}

function sizeOption(
  name: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseSize(text);
  } catch {
    throw new UsageError(
      `--${name} must be a size such as 512MB or 5GB, got ${JSON.stringify(text)}`,
    );
  }
}

/** Merge, with progress, until it is done or stopped; null when it was stopped. */
async function carryOut(
  recipe: Recipe,
  out: string,
  options: Parameters<typeof mergeCheckpoints>[2],
  output: CliOutput,
): Promise<MergeReport | null> {
  const stop = new AbortController();
  const onSignal = (): void => {
    // A second Ctrl-C does not wait; that is as safe as a kill.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const progress = mergeProgress(output.stderr);
  try {
    return await mergeCheckpoints(recipe, out, {
      ...options,
      signal: stop.signal,
      onProgress: progress.show,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return null;
  } finally {
    progress.end();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

/** The verb. */
export const merge: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        threads: { type: "string" },
        "max-memory": { type: "string" },
        "shard-size": { type: "string" },
        "dry-run": { type: "boolean", default: false },
        force: { type: "boolean", default: false },
        "hash-inputs": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        base: { type: "string" },
        out: { type: "string" },
        option: { type: "string", multiple: true, default: [] },
      },
    });
    const limits = {
      threads: integerOption("threads", values.threads, 1),
      maxMemory: sizeOption("max-memory", values["max-memory"]),
    };
    const shardSize = sizeOption("shard-size", values["shard-size"]);
    const { force } = values;
    const { recipe, out } = readCommand(positionals, values);
    if (values["dry-run"]) {
      const plan = preflight(recipe, out, { ...limits, force });
      output.stdout.write(
        values.json
          ? `${JSON.stringify(planObject(plan, out))}\n`
          : planText(plan, out),
      );
      return 0;
    }
    const report = await carryOut(
      recipe,
      out,
      { ...limits, shardSize, force, hashInputs: values["hash-inputs"] },
      output,
    );
    if (report === null) {
      output.stderr.write(
        "m2rl: stopped; finished files are kept, rerun the same command to resume\n",
      );
      return 130;
    }
    output.stdout.write(
      values.json ? `${JSON.stringify(report)}\n` : reportText(report, recipe),
    );
    return 0;
  },
};
