/** Files that pages show, made hostile: each is refused by name or left out, in time, and the pages go on. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StudyError } from "../../src/error.js";
import { listTasks } from "../../src/view/data/blocks.js";
import { LogIndex } from "../../src/view/data/logIndex.js";
import { RecordsIndex } from "../../src/view/data/recordsIndex.js";
import { Resources } from "../../src/view/data/resources.js";
import { transcriptOf } from "../../src/view/data/transcript.js";
import { reportRows } from "../../src/view/data/weightReport.js";
import { PICO_STUDY } from "../study/pico.js";

const HEADER = { benchmark: "aime24", items: 2, samples: 2, temperature: 1 };
const RECORD = {
  ...{ task: "a", sample: 0, reward: 1, outcome: "correct" },
  ...{ finish: "stop", tokens: 3 },
};
const lines = (...values: unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-view-budgets-"));
  path = join(root, "file");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Processor time of some work, in seconds. */
function secondsOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** A study whose run's files are the given ones. */
function studyWith(files: Record<string, string>): Resources {
  writeFileSync(join(root, "study.yml"), PICO_STUDY);
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, "runs", "quick", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return new Resources(root);
}

const READERS: [string, string, (study: Resources) => unknown][] = [
  ["rows", "analysis/cost.json", (study) => study.rows("cost")],
  ["claims", "analysis/claims.json", (study) => study.claims()],
  ["a log", "seed1/train/math.jsonl", (study) => study.curve("math", 1)],
  [
    "records",
    "seed1/scores/sft/aime24.jsonl",
    (study) => study.scores("scores", null),
  ],
];

describe.each(READERS)("%s of a study", (_, name, read) => {
  const refused = (make: (file: string) => void): string => {
    const file = join(root, "runs", "quick", name);
    rmSync(file, { force: true });
    const study = studyWith({ [name]: "" });
    rmSync(file);
    make(file);
    try {
      read(study);
    } catch (error) {
      expect(error).toBeInstanceOf(StudyError);
      return (error as Error).message.replace(file, "FILE");
    }
    return "no error";
  };

  test("must be a regular file of a sensible size", () => {
    expect(refused((file) => execFileSync("mkfifo", [file]))).toBe(
      "view: FILE must be a regular file, got a pipe",
    );
    expect(refused((file) => symlinkSync("/dev/zero", file))).toBe(
      "view: FILE must be a regular file, got a device",
    );
    const huge = refused((file) => {
      writeFileSync(file, "{");
      truncateSync(file, 3e12);
    });
    expect(huge).toBe(
      "view: FILE must have at most 500000000 bytes, got 3000000000000",
    );
  });
});

describe("rows of a study", () => {
  test.each(['{"a": 1}', "[1]", "[null]", "[[]]", "3"])(
    "must be a list of rows, got %s",
    (text) => {
      const study = studyWith({
        ...{ "analysis/cost.json": text, "analysis/claims.json": text },
      });
      const wrong = /(cost|claims)\.json must hold a list of rows/;
      expect(() => study.rows("cost")).toThrow(wrong);
      expect(() => study.claims()).toThrow(wrong);
    },
  );

  test("are null where there are none yet", () => {
    const study = studyWith({});
    expect(study.rows("cost")).toBeNull();
    expect(study.claims()).toEqual([]);
  });

  test("of the numbers behind claims must be objects, too", () => {
    const study = studyWith({
      ...{ "analysis/claims.json": "[]", "claims/scores.jsonl": "null\n" },
      "claims/rewards.jsonl": "null\n",
    });
    expect(() => study.claims()).toThrow(/claims\/\w+\.jsonl must hold a list/);
  });
});

describe("LogIndex", () => {
  const read = (text: string): LogIndex => {
    writeFileSync(path, text);
    const log = new LogIndex(path);
    log.refresh();
    return log;
  };

  test("leaves out what is no object, and what is nested too deeply for a name", () => {
    const deep = `${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`;
    const log = read(`null\n3\nno\n${deep}\n${lines({ step: 4, loss: 2 })}`);
    expect(log.metrics).toEqual(["loss"]);
    expect(log.curve().values).toEqual({ loss: [null, 2] });
  });

  test("refuses more names than curves can have", () => {
    const names = Object.fromEntries(
      Array.from({ length: 2001 }, (_, i) => [`n${i}`, i]),
    );
    expect(() => read(lines(names))).toThrow(
      `view: ${path} must have at most 2000 numbers by name, got more`,
    );
  });

  test("refuses a line of more than 64 MB, and does not copy it again for each of its pieces", () => {
    expect(secondsOf(() => read("x".repeat(60e6)))).toBeLessThan(5);
    expect(() => read("x".repeat(65e6))).toThrow(
      `view: ${path} must have lines of at most 64000000 bytes, got more`,
    );
  });
});

describe("RecordsIndex", () => {
  const read = (text: string): RecordsIndex => {
    writeFileSync(path, text);
    const index = new RecordsIndex(path);
    index.refresh();
    return index;
  };

  test.each([0, -1, 1.5, 1e9, "2", null])(
    "takes a header with %j samples for none",
    (samples) => {
      expect(read(lines({ ...HEADER, samples })).header).toBeNull();
    },
  );

  test("counts as broken what no evaluation writes, and reads the others", () => {
    const odd = [
      ...[{ sample: 2 }, { sample: 1e9 }, { sample: -1 }, { sample: "0" }],
      ...[{ task: 3 }, { reward: "1" }, { tokens: "many" }],
    ];
    const index = read(
      lines(HEADER, ...odd.map((over) => ({ ...RECORD, ...over })), RECORD),
    );
    expect(index.broken).toBe(odd.length);
    expect([index.letter(0, 0), index.letter(0, 1)]).toEqual(["c", "-"]);
    expect(index.mean(0)).toBe(1);
  });

  test("knows outcomes by their own names alone", () => {
    const index = read(
      lines(HEADER, { ...RECORD, outcome: "constructor", reward: 0 }),
    );
    expect(index.letter(0, 0)).toBe("w");
  });

  test("refuses more places for samples than pages can hold", () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({
      ...RECORD,
      task: `t${i}`,
    }));
    expect(() => read(lines({ ...HEADER, samples: 10_000 }, ...many))).toThrow(
      `view: ${path} must have at most 10000000 samples of all tasks, got 10000 of each of more than 1000 tasks`,
    );
  });

  test("says that the file became a pipe, instead of waiting for it", () => {
    const index = read(lines(HEADER, { ...RECORD, completion: "x" }));
    renameSync(path, join(root, "old"));
    execFileSync("mkfifo", [path]);
    expect(() => index.record(0, 0)).toThrow("must be a regular file");
  });
});

test("a folder of records may hold other files, of any size", () => {
  writeFileSync(join(root, "aime24.jsonl"), lines(HEADER, RECORD));
  writeFileSync(join(root, "huge.jsonl"), "{");
  truncateSync(join(root, "huge.jsonl"), 3e12);
  writeFileSync(join(root, "long.jsonl"), `{"benchmark":"${"x".repeat(1e6)}`);
  execFileSync("mkfifo", [join(root, "pipe.jsonl")]);
  const table = new Resources(root).scores("records", null)!;
  expect(table.benchmarks.map(({ name }) => name)).toEqual(["aime24"]);
});

describe("reportRows", () => {
  const ALL = { experts: [], pairs: [], survival: [], curve: [], joint: {} };
  const TENSOR = {
    ...{
      name: "w",
      kind: "norm",
      layer: 0,
      experts: [],
      pairs: [],
      spectra: null,
    },
  };
  test.each([
    {},
    { eta: 1, all: { pairs: 1 }, tensors: [] },
    { eta: 1, all: ALL, tensors: [null] },
    { eta: 1, all: { ...ALL, curve: [null] }, tensors: [TENSOR] },
    { eta: 1, all: ALL, tensors: [{ ...TENSOR, spectra: 3 }] },
    { eta: 1, all: ALL, tensors: [{ ...TENSOR, pairs: [3] }] },
    { tool: "m2rl", method: "ties", tensors: [{}] },
    { tool: "m2rl", method: "ties", tensors: 3 },
  ])("refuses %j", (value) => {
    writeFileSync(path, JSON.stringify(value));
    expect(() => reportRows(path)).toThrow(
      `view: ${path} must be a file of \`m2rl diff --json\`, or a merge's provenance.json`,
    );
  });

  test("reads the smallest one", () => {
    writeFileSync(
      path,
      JSON.stringify({ eta: 1, all: ALL, tensors: [TENSOR] }),
    );
    expect(reportRows(path)).toEqual([
      { table: "joint", storage: "file", seeds: 1, eta: 1 },
    ]);
  });
});

describe("in a time that grows with the text and no faster", () => {
  test("transcriptOf(text) takes apart a megabyte of marks", () => {
    for (const piece of ["<|im_start|>\n", "<think></think>", "\n", "<think>"])
      expect(
        secondsOf(() => transcriptOf(piece.repeat(1e6 / piece.length))),
      ).toBeLessThan(2);
  });

  test("listTasks(block, query) looks for a text in 40,000 kept ones", () => {
    const tasks = Array.from({ length: 40_000 }, (_, i) => `t${i}`);
    const kept = tasks.map((_, i) => i);
    const own = { outcomes: "w".repeat(tasks.length), tokens: kept, kept };
    const block = {
      ...{ benchmark: "x", samples: 1, tasks, models: { a: own } },
      prompts: tasks.map(() => null),
    };
    const query = {
      ...{ models: ["a"], outcome: "", differ: false, kept: false },
      ...{ text: "needle", page: 0 },
    };
    const find = () =>
      listTasks(block, query, (_, task) => ({
        ...{ detail: null, pieces: null },
        completion: task === 39_999 ? "a Needle" : "hay",
      }));
    expect(secondsOf(() => expect(find().count).toBe(1))).toBeLessThan(2);
  });
});
