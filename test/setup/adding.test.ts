/** The lists of CONTRIBUTING.md are complete: a toy of each kind that they name, added in their places and nowhere else. */
import {
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../structure/sources.js";

// Inside the checkout, so that packages are found; ignored by git.
const COPY = join(ROOT, ".cache", `adding-${process.pid}`);

/** Places of one list, in its order. */
function places(kind: string): string[] {
  const text = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(kind))!;
  return [...section.matchAll(/^\d\. `([^`]+)`/gm)].map(([, path]) => path!);
}

/** The new text of a file from the old one. */
type Change = (text: string) => string;

function after(anchor: string, addition: string): Change {
  return (text) => {
    if (text.split(anchor).length !== 2)
      throw new Error(`there must be one ${JSON.stringify(anchor)}`);
    return text.replace(anchor, () => anchor + addition);
  };
}

const chain =
  (...changes: Change[]): Change =>
  (text) =>
    changes.reduce((changed, change) => change(changed), text);

const DOMAIN_ROW = `/** A domain whose every answer is "toy". */
import { correct, gate, wrong } from "../gate.js";
import type { DomainSpec } from "../task.js";

/** The toy domain. */
export const toy: DomainSpec = {
  style: { label: "Toy", color: "#123456", dash: "none", symbol: "wye" },
  expert: "RL-Toy",
  reasoning: false,
  rlPrompts: 1000,
  maxNewTokens: 8,
  maxTurns: 1,
  verify: (_task, completion, finish) =>
    gate(completion, finish, (text) =>
      text === "toy" ? correct() : wrong("not toy"),
    ),
};
`;

const WORLD_ROW = `/** Toy tasks of the small world. */
import type { WorldSpec } from "../spec.js";

/** The toy domain of the small world. */
export const toy: WorldSpec = {
  kinds: [{ name: "say", heldOut: false }],
  generate(random, level) {
    const n = random.int(0, 9999);
    const prompt = \`Say toy \${n}.\`;
    return { id: \`toy \${level} \${n}\`, domain: "toy", kind: "say", prompt, data: {} };
  },
  levels: {
    easy: { corpus: [1], sft: [1], rl: [1] },
    hard: { corpus: [1], sft: [1], rl: [1] },
  },
  corpusWeight: 1,
  blend: { source: "toys", row: 7, paperName: "none", paperSamples: 1000, paperPercent: 0, sampling: "use all", unique: 1 },
  demonstrate: () => [{ role: "assistant", reasoning: "", content: "toy" }],
};
`;

const ENVIRONMENT = `/** A till: one number that a tool changes. */
import { tool, toolEnvironment, type ToolEnvironment } from "./environments/index.js";

/** The toy environment. */
export const toy: ToolEnvironment<{ euros: number }> = toolEnvironment({
  name: "toyTill",
  initial: { euros: 10 },
  tools: {
    sell: tool({
      description: "Sell a thing.",
      parameters: { price: { type: "integer" } },
      run: (state: { euros: number }, { price }) => ({ euros: (state.euros += price) }),
    }),
  },
});
`;

const METHOD = `/** The first expert, whatever the others are. */
import { mergeMethod } from "../method.js";
import { mergeCombination } from "../parts/combine.js";
import { walk } from "../parts/walk.js";
import type { MergeMethod } from "../tensor.js";

/** The row of \`toyMean\`. */
export const toyMeanMethod: MergeMethod = mergeMethod({
  name: "toyMean",
  title: "Toy mean",
  paper: "https://example.org",
  models: { base: "unused" },
  tensor(input, _options, context, emit) {
    const models = walk(input, context);
    const weights = Array.from({ length: models.models }, (_, m) => Number(m === 0));
    mergeCombination(models, 0, weights, emit, 1);
  },
});
`;

const BENCHMARK_ROW = `
  toyBench: {
    label: "ToyBench",
    paperName: null,
    domain: "toy",
    level: 1,
    items: 5,
    includes: () => true,
    inFigure5: false,
    about: "Say toy",
  },`;

const OPERATION = `/** A model that is its parent. */
import { MERGE } from "../graph/work.js";
import { flag, object } from "../spec/field.js";
import { parent, type Operation } from "./operation.js";

/** The toy operation. */
export const toy: Operation<{ loud: boolean }, { seed: number }> = {
  key: "toy",
  about: "its parent, again",
  version: 1,
  options: object<{ loud: boolean }>({ loud: flag }),
  parents: { from: "one" },
  steps: () => null,
  domains: () => [],
  role: () => "sft",
  spec: (_model, seed) => ({ seed }),
  inputs: (model, place) => ({ init: place.input(parent(model, "from")) }),
  work: () => MERGE,
  run: () => Promise.resolve({}),
};
`;

const MEASURE = `/** Names of models, as rows. */
import type { Ref } from "../../graph/model.js";
import { manyModels, object } from "../../spec/field.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of the toy measure. */
export interface ToyOptions {
  models: Ref[];
}

/** The toy measure. */
export const toyNames: Measure<ToyOptions, { toyRows: { model: string } }> = {
  ...NOTHING,
  key: "toyNames",
  about: "what models are called",
  version: 1,
  options: object<ToyOptions>({ models: manyModels }),
  rowFiles: ["toyRows"],
  reads: ({ models }) => models,
  rows: ({ options }) => ({ toyRows: options.models.map(({ model }) => ({ model })) }),
};
`;

// A reader's code: types of options and rows follow from the list of measures.
const READER = `import { measureOptions, open, rows } from "./study/index.js";
const hard = open("data/hard");
export const names: string[] = rows(hard, "toyRows").map(({ model }) => model);
export const count: number = measureOptions(hard, "toyNames").models.length;
`;

const STUDY = `name: toys
base: base
domains: [math]
seeds: [1]
models:
  again: { by: toy, from: base, loud: true }
measures:
  toyNames: { models: [base, again] }
profiles:
  quick: {}
`;

/** What each kind writes into each place of its list. */
const ADDITIONS: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
  "To add a domain": {
    "src/domains/<name>/index.ts": () => DOMAIN_ROW,
    "src/domains/specs.ts": chain(
      after(`\n  "agent",`, `\n  "toy",`),
      after(`\n  agent,`, `\n  toy,`),
      after(
        `import { agent } from "./agent/index.js";`,
        `\nimport { toy } from "./toy/index.js";`,
      ),
    ),
    "src/world/<name>/index.ts": () => WORLD_ROW,
    "src/world/specs.ts": chain(
      after(`\n  agent,`, `\n  toy,`),
      after(
        `import { agent } from "./agent/index.js";`,
        `\nimport { toy } from "./toy/index.js";`,
      ),
    ),
  },
  "To add a benchmark": {
    "src/evaluate/benchmarks.ts": chain(
      after(`\n  | "bfcl"`, `\n  | "toyBench"`),
      after(
        `\n  Record<NanoBenchmark, Omit<BenchmarkSpec, "name" | "title">>\n> = {`,
        BENCHMARK_ROW,
      ),
    ),
  },
  "To add a tool environment": {
    "src/domains/agent/<name>.ts": () => ENVIRONMENT,
    "src/domains/agent/environmentTable.ts": chain(
      after(
        `import { NANO_WORKPLACE } from "./tools.js";`,
        `\nimport { toy } from "./toy.js";`,
      ),
      after(`\n    nanoWorkplace: NANO_WORKPLACE,`, `\n    toyTill: toy,`),
    ),
  },
  "To add a merge method": {
    "src/merge/methods/<name>.ts": () => METHOD,
    "src/merge/methods/table.ts": chain(
      after(`\n  | "average"`, `\n  | "toyMean"`),
      after(`\n  average: averageMethod,`, `\n  toyMean: toyMeanMethod,`),
      after(
        `import { averageMethod } from "./average.js";`,
        `\nimport { toyMeanMethod } from "./toy.js";`,
      ),
    ),
  },
  "To add a training option": {
    "src/train/grpoSettings.ts": after(
      `const OWN = {`,
      `\n  toyWeight: { type: "number", min: 0, max: 1, default: 0.25, doc: "A toy." },`,
    ),
  },
  "To add an operation of a study": {
    "src/study/operations/<name>.ts": () => OPERATION,
    "src/study/operations/index.ts": chain(
      after(`\n  average,`, `\n  toy,`),
      after(
        `import { sft } from "./sft.js";`,
        `\nimport { toy } from "./toy.js";`,
      ),
    ),
  },
  "To add a measure of a study": {
    "src/study/measures/<kind>/<name>.ts": () => MEASURE,
    "src/study/measures/index.ts": chain(
      after(
        `\n  paradigms: typeof paradigms;`,
        `\n  toyNames: typeof toyNames;`,
      ),
      after(`\n  weightShift,\n  paradigms,`, `\n  toyNames,`),
      after(
        `import { storage } from "./merging/storage.js";`,
        `\nimport { toyNames } from "./behaviour/toy.js";`,
      ),
    ),
  },
};

/** Most places of a list. */
const MOST: Readonly<Record<string, number>> = {
  "To add a domain": 4,
  "To add a benchmark": 1,
  "To add a tool environment": 2,
  "To add a merge method": 2,
  "To add a training option": 1,
  "To add an operation of a study": 2,
  "To add a measure of a study": 2,
};

const inCopy = (path: string): string =>
  join(COPY, path.replace("<kind>", "behaviour").replace("<name>", "toy"));

/** The library of the copy, with errors where it does not compile. */
function compile(): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.build.json"), (p) =>
    ts.sys.readFile(p),
  ) as { config: object };
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    { ...config, extends: join(ROOT, "tsconfig.json") },
    ts.sys,
    COPY,
  );
  return ts.createProgram(fileNames, { ...options, declaration: false });
}

function errors(program: ts.Program, path?: string): string[] {
  const file =
    path === undefined ? undefined : program.getSourceFile(inCopy(path));
  return [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

// Vite would transform the import of a built file; Node shall load it as it is.
const load = (path: string): Promise<typeof import("../../src/index.js")> =>
  import(
    /* @vite-ignore */ pathToFileURL(inCopy(`dist/${path}`)).href
  ) as Promise<typeof import("../../src/index.js")>;

describe("what CONTRIBUTING.md names", () => {
  beforeAll(() => {
    mkdirSync(COPY, { recursive: true });
    for (const path of ["src", "data/paper", "package.json"])
      cpSync(join(ROOT, path), inCopy(path), { recursive: true });
    symlinkSync(join(ROOT, "data/claims.json"), inCopy("data/claims.json"));
    mkdirSync(inCopy("dist/merge/kernels"), { recursive: true });
    const kernels = "dist/merge/kernels/kernels.wasm";
    cpSync(join(ROOT, kernels), inCopy(kernels));
    for (const files of Object.values(ADDITIONS)) {
      for (const [path, change] of Object.entries(files)) {
        mkdirSync(dirname(inCopy(path)), { recursive: true });
        const old = path.includes("<name>")
          ? ""
          : readFileSync(inCopy(path), "utf8");
        writeFileSync(inCopy(path), change(old));
      }
    }
    writeFileSync(inCopy("src/reader.ts"), READER);
  });
  afterAll(() => {
    rmSync(COPY, { recursive: true, force: true });
  });

  test.each(Object.keys(ADDITIONS))("%s is what the toy changes", (kind) => {
    expect(Object.keys(ADDITIONS[kind]!)).toEqual(places(kind));
  });

  test("is at most 4 places for a domain, 1 for a benchmark or a training option, 2 for anything else", () => {
    const counts = Object.keys(ADDITIONS).map((kind) => [
      kind,
      places(kind).length,
    ]);
    expect(Object.fromEntries(counts)).toEqual(MOST);
  });

  test("compiles with the toys, which then work everywhere", async () => {
    const program = compile();
    expect(errors(program)).toEqual([]);
    program.emit();
    const m2rl = await load("index.js");
    // What the types of this checkout do not know.
    const toy = "toy" as "math";
    expect(m2rl.domains.DOMAINS).toContain(toy);
    expect(m2rl.report.seriesStyle(toy).label).toBe("Toy");
    expect(m2rl.report.modelLabel(toy)).toBe("RL-Toy");
    expect(m2rl.train.RL_DATASET_SIZES[toy]).toBe(1000);
    expect(m2rl.train.RL_LEVELS[toy]).toEqual([1]);
    expect(m2rl.world.BLEND.at(-1)!.source).toBe("toys");
    const random = new m2rl.random.Random(1, "toy");
    const { task } = m2rl.world.sftExample("toys", random, {
      careful: true,
      slip: 0,
    });
    const verdict = m2rl.domains
      .spec(toy)
      .verify(task, "<think>\n\n</think>\n\ntoy", "stop");
    expect(verdict.outcome).toBe("correct");
    const till = {
      ...{ id: "till", domain: "agent", kind: "till", prompt: "Sell it." },
      data: {
        environment: "toyTill",
        calls: [{ name: "sell", arguments: { price: 5 } }],
      },
    } as const;
    const sell = (price: number): string =>
      `<tool_call>{"name": "sell", "arguments": {"price": ${price}}}</tool_call>`;
    expect(
      [5, 6].map(
        (price) => m2rl.domains.gradeAgent(till, [sell(price)]).reward,
      ),
    ).toEqual([1, 0]);
    expect(m2rl.evaluate.benchmark("toyBench")).toHaveLength(5);
    expect(m2rl.report.benchmarkLabel("toyBench")).toBe("ToyBench");
    expect(m2rl.report.modelLabel("toyMean")).toBe("Toy mean");
    const params = (value: number): Map<string, object> =>
      new Map([
        ["w", { dtype: "F32", shape: [1], data: new Float32Array([value]) }],
      ]);
    const merged = m2rl.merge.methods["toyMean"]!.merge(
      params(0) as never,
      [params(3), params(5)] as never,
    );
    expect([...merged.get("w")!.data]).toEqual([3]);
    const { GRPO_SETTINGS } = (await load(
      "train/grpoSettings.js",
    )) as unknown as {
      GRPO_SETTINGS: Record<string, { default: unknown }>;
    };
    expect(GRPO_SETTINGS["toyWeight"]!.default).toBe(0.25);
    const { parseStudy, plan, MEASURES } = m2rl.study;
    const stages = plan(parseStudy(STUDY, "quick"));
    expect(stages.map(({ id, kind, outputs }) => [id, kind, outputs])).toEqual([
      ["seed1/models/again", "toy", ["seed1/models/again"]],
      ["analysis/toyNames", "rows", ["analysis/toyRows.json"]],
    ]);
    const scores =
      "scores: { models: [base], benchmarks: all, items: 1, samples: 1 }";
    const { measures } = parseStudy(
      STUDY.replace("measures:", `measures:\n  ${scores}`),
      "quick",
    );
    expect(measures[0]!.options).toMatchObject({
      benchmarks: expect.arrayContaining(["toyBench"]) as string[],
    });
    expect(() =>
      parseStudy(STUDY.replace("loud: true", "loud: 3"), "quick"),
    ).toThrow("models.again.loud must be true or false, got 3");
    expect(Object.keys(MEASURES)).toContain("toyNames");
    const { plan: verb } = (await load("cli/plan.js")) as unknown as {
      plan: { help: string };
    };
    for (const about of ["its parent, again", "what models are called"])
      expect(verb.help).toContain(about);
  }, 300_000);

  test.each([
    ["src/domains/toy/index.ts", "  rlPrompts: 1000,\n", "rlPrompts"],
    [
      "src/world/toy/index.ts",
      "    easy: { corpus: [1], sft: [1], rl: [1] },\n",
      "easy",
    ],
    ["src/evaluate/benchmarks.ts", '    label: "ToyBench",\n', "label"],
    ["src/merge/methods/toy.ts", '  title: "Toy mean",\n', "title"],
  ])(
    "does not compile when %s lacks a field",
    (path, line, field) => {
      const old = readFileSync(inCopy(path), "utf8");
      expect(old).toContain(line);
      writeFileSync(inCopy(path), old.replace(line, ""));
      try {
        expect(errors(compile(), path).join()).toContain(field);
      } finally {
        writeFileSync(inCopy(path), old);
      }
    },
    120_000,
  );
});
