/** Random sequences of everything that writes, at random paths, over a folder of precious files: all of them are there afterwards. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeModelFolder } from "../../src/checkpoint/index.js";
import { main } from "../../src/cli.js";
import { M2rlError } from "../../src/error.js";
import { openRecords } from "../../src/evaluate/records.js";
import { takeLease, writeFolder } from "../../src/io/index.js";
import { Random } from "../../src/random.js";
import { page } from "../../src/report/index.js";
import { baseParams, trained, writeModel } from "../merge/checkpoints.js";

/** Sequences and steps of each; M2RL_SEQUENCES gives more. */
const SEQUENCES = Number(process.env["M2RL_SEQUENCES"] ?? 12);
const STEPS = 10;

let root: string;
const before = process.cwd();
/** Precious files and their contents. */
let precious: Map<string, string>;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "m2rl-precious-")));
  mkdirSync(join(root, "home", "desk"), { recursive: true });
  vi.stubEnv("HOME", join(root, "home"));
  process.chdir(join(root, "home", "desk"));
  const base = baseParams(1, 3);
  writeModel("models/base", base);
  writeModel("models/a", trained(base, 2));
  writeFileSync(
    "recipe.yml",
    "merge_method: linear\nmodels:\n  - { model: models/base, parameters: { weight: 1 } }\n  - { model: models/a, parameters: { weight: 1 } }\n",
  );
  for (const [path, text] of [
    ["../thesis/chapter.txt", "years"],
    ["../thesis/figures/plot.svg", "<svg xmlns='mine'/>"],
    ["notes.html", "<html>mine</html>"],
    ["results.json", '{"mine":1}'],
    ["records/aime24.jsonl", "mine"],
    [".out.merging/chapter.txt", "years"],
    [".new.m2rl-old/chapter.txt", "years"],
    ["study/study.yml", "mine: true"],
    ["study/.lock", "mine"],
    ["a\u001b[2Jb/c\n.txt", "odd name"],
  ] as const) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  symlinkSync("../thesis", "link");
  symlinkSync("models/base/model.safetensors", "weights");
  symlinkSync("nowhere", "dangling");
  precious = new Map(filesBelow(root).map((path) => [path, textOf(path)]));
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.chdir(before);
  rmSync(root, { recursive: true });
});

const textOf = (path: string): string => readFileSync(path, "latin1");

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Paths that a tired user, an unset variable or a script may give. */
const PATHS = [
  ...[
    "",
    " ",
    ".",
    "..",
    "../..",
    "/",
    "~",
    "nosuch/..",
    "nosuch/../../thesis",
  ],
  ...[
    "models",
    "models/base",
    "models/a",
    "models/base/new",
    "models/../models",
  ],
  ...["../thesis", "link", "link/new", "weights", "dangling", "dangling/x"],
  ...["recipe.yml", "recipe.yml/x", "notes.html", "results.json", "records"],
  ...[
    "records/aime24.jsonl",
    "study",
    "study/.lock",
    "a\u001b[2Jb",
    "a\u001b[2Jb/c\n.txt",
  ],
  ...[
    "out",
    "new",
    "out2",
    "out/sub",
    "deep/er/out",
    "odd\n\u202ename",
    "x\0y",
  ],
  ...["models/base/model.safetensors", "models/base/config.json", "/dev/null"],
];

const params = new Map([
  ["w", { dtype: "F32" as const, shape: [2], data: new Float32Array(2) }],
]);
const failure = (text: string, cause?: unknown): M2rlError =>
  new M2rlError(text, { cause });
const silent = { write: (): void => undefined };
const m2rl = (...args: string[]): Promise<number> =>
  main(args, { stdout: silent, stderr: silent });

/** Everything that writes to a path that a user gives. */
const WRITERS: Record<string, (path: string) => unknown> = {
  merge: (path) => m2rl("merge", "recipe.yml", path, "--threads", "1"),
  "merge --force": (path) =>
    m2rl("merge", "recipe.yml", path, "--threads", "1", "--force"),
  "merge, short": (path) =>
    m2rl(
      ...["merge", "linear", "models/base", "models/a", "--option", "weight=1"],
      ...["--out", path, "--force", "--threads", "1"],
    ),
  "diff --report": (path) => m2rl(...DIFF, "--report", path),
  "diff --json": (path) => m2rl(...DIFF, "--json", path),
  run: (path) => m2rl("run", path),
  inspect: (path) => m2rl("inspect", path),
  records: (path) =>
    openRecords(path === "" ? "records/aime24.jsonl" : path, {
      benchmark: "aime24",
      items: 1,
      samples: 1,
      seed: 1,
      temperature: 1,
      topP: 1,
      tasks: "",
      model: "",
    }),
  writeModelFolder: (path) => writeModelFolder(path, { config: {}, params }),
  writeFolder: (path) =>
    writeFolder(
      path,
      (folder) =>
        writeFileSync(
          join(folder, "index.html"),
          page({ title: "t", sections: [] }),
        ),
      { failure, replace: true },
    ),
  lease: (path) => takeLease(path, path, failure).release(),
};
const DIFF = [
  ...["diff", "models/base", "models/a", "--spectra", "none"],
  ...["--layers", "0", "--threads", "1"],
];

test(`no precious file is lost or changed in ${SEQUENCES} random sequences of writers`, async () => {
  const random = new Random(
    Number(process.env["M2RL_FUZZ_SEED"] ?? 1),
    "precious",
  );
  const pick = <T>(items: readonly T[]): T =>
    items[Math.floor(random.next() * items.length)]!;
  let written = 0;
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const steps: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      const [name, path] = [pick(Object.keys(WRITERS)), pick(PATHS)];
      steps.push(`${name} ${JSON.stringify(path)}`);
      try {
        const code = await WRITERS[name]!(path);
        if (code === 0 || code === undefined) written++;
      } catch (error) {
        // Refused by a typed error; an error of the language would be a fault.
        if (!(error instanceof M2rlError))
          throw new Error(steps.join("\n"), { cause: error });
      }
      for (const [file, text] of precious) {
        expect(
          existsSync(file),
          `${file} is lost after\n${steps.join("\n")}`,
        ).toBe(true);
        expect(
          textOf(file) === text,
          `${file} is changed after\n${steps.join("\n")}`,
        ).toBe(true);
      }
    }
  }
  expect(written).toBeGreaterThan(SEQUENCES / 2);
}, 600_000);
