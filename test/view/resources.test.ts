/** What the pages ask for, from the committed record of data/hard. */
import {
  appendFileSync,
  copyFileSync,
  renameSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  open,
  rows,
  type DifferenceRow,
  type ScoreRow,
} from "../../src/study/index.js";
import { shiftJson, weightShift } from "../../src/analysis/index.js";
import {
  readModelFolder,
  writeModelFolder,
} from "../../src/checkpoint/index.js";
import { mergeCheckpoints, parseRecipe } from "../../src/merge/index.js";
import { readClaims } from "../../src/report/index.js";
import { LogIndex } from "../../src/view/data/logIndex.js";
import { RecordsIndex } from "../../src/view/data/recordsIndex.js";
import { Resources } from "../../src/view/data/resources.js";
import type { ScoreTable } from "../../src/view/data/types.js";
import { ROOT } from "../structure/sources.js";

const HARD = join(ROOT, "data", "hard");
const RUN = join(HARD, "runs", "full");
const hard = new Resources(HARD, { profile: "full" });
const study = open(HARD, { profile: "full" });

describe("Resources", () => {
  test("study() has every model with its style, and every stage done with its cost", () => {
    const { models, stages, seeds, parameters, run } = hard.study();
    expect(seeds).toEqual([1, 2, 3]);
    expect(parameters).toBe(902528);
    expect(run).toBeNull();
    expect(models.find(({ name }) => name === "math")).toMatchObject({
      ...{
        label: "RL-Math",
        by: "rl",
        role: "expert",
        from: { from: ["sft"] },
      },
    });
    expect(new Set(stages.map(({ standing }) => standing))).toEqual(
      new Set(["done"]),
    );
    const cost = rows(study, "cost", { model: "math", seed: 1 })[0]!;
    const math = stages.find(({ id }) => id === "seed1/models/math")!;
    expect(math.note!.flops).toBe(cost.flops);
    expect(math.isHere).toBe(false);
  });

  test("scores() gives the study's own rows", () => {
    const table = hard.scores("scores", null)!;
    const own = rows(study, "scores", { temperature: 0 }) as ScoreRow[];
    for (const { model, cells, average } of table.rows) {
      for (const [i, { name }] of table.benchmarks.entries()) {
        const row = own.find(
          (each) => each.model === model && each.benchmark === name,
        )!;
        expect(cells[i]).toMatchObject({
          value: row.score,
          low: row.low,
          high: row.high,
          seeds: 3,
          items: 100,
        });
      }
      const row = own.find(
        (each) => each.model === model && each.benchmark === "average",
      )!;
      expect(average).toMatchObject({
        value: row.score,
        low: row.low,
        high: row.high,
      });
    }
  });

  test("scores() against a model gives the study's own paired differences", () => {
    const own = rows(study, "differences", {
      temperature: 0,
    }) as DifferenceRow[];
    for (const against of ["sft", "ties"]) {
      // As the page gets it: JSON knows no negative zero.
      const table = JSON.parse(
        JSON.stringify(hard.scores("scores", against)),
      ) as ScoreTable;
      for (const { model, average, cells } of table.rows) {
        if (model === against) {
          expect(average).toMatchObject({ value: 0, low: 0, high: 0 });
          continue;
        }
        const of = (benchmark: string): DifferenceRow | undefined =>
          own.find(
            (each) =>
              each.a === model &&
              each.b === against &&
              each.benchmark === benchmark,
          );
        const row = of("average")!;
        expect(average).toMatchObject({
          value: row.difference,
          low: row.low,
          high: row.high,
        });
        const single = of("aime24");
        if (single)
          expect(cells[0]).toMatchObject({
            value: single.difference,
            low: single.low,
            high: single.high,
          });
      }
    }
  });

  test("curve() has the log's numbers by name", () => {
    const { step, values } = hard.curve("multi", 1)!;
    const first = JSON.parse(
      readFileSync(join(RUN, "seed1/train/multi.jsonl"), "utf8").split(
        "\n",
      )[0]!,
    ) as {
      reward: number;
      domains: { math: { reward: number } };
    };
    expect(step).toHaveLength(100);
    expect(values["reward"]![0]).toBeCloseTo(first.reward, 5);
    expect(values["domains.math.reward"]![0]).toBeCloseTo(
      first.domains.math.reward,
      5,
    );
    expect(hard.curve("ties", 1)).toBeNull();
  });

  test("tasks() and sample() find where two models differ, with prompt and kept texts", () => {
    const place = { measure: "scores", seed: 1, benchmark: "aime24" };
    const query = {
      models: ["sft", "math"],
      outcome: "",
      differ: true,
      kept: true,
      text: "",
      page: 0,
    };
    const page = hard.tasks(place, query)!;
    expect(page.all).toBe(100);
    expect(page.count).toBeGreaterThan(0);
    const { task } = page.rows[0]!;
    const sample = hard.sample(place, {
      models: query.models,
      task,
      sample: 0,
    })!;
    expect(sample.prompt).toContain(task.split(" ").at(-1)!.slice(0, 3));
    const record = hard.block(place)!.texts["math"]!;
    expect(Object.keys(record)).toHaveLength(10);
    expect(sample.cells.map(({ model }) => model)).toEqual(["sft", "math"]);
    expect(sample.cells[1]!.text!.completion).toContain("<think>");
  });

  test("tasks() pages, counts and searches prompts and kept texts", () => {
    const place = { measure: "scores", seed: 1, benchmark: "aime24" };
    const query = {
      models: ["math"],
      outcome: "",
      differ: false,
      kept: false,
      text: "",
      page: 1,
    };
    const page = hard.tasks(place, query)!;
    expect({
      page: page.page,
      pages: page.pages,
      count: page.count,
      rows: page.rows.length,
    }).toEqual({ page: 1, pages: 2, count: 100, rows: 50 });
    expect(hard.tasks(place, { ...query, page: 99 })!.page).toBe(1);
    expect(
      hard
        .tasks(place, { ...query, text: "X=168/3=56", page: 0 })!
        .rows.map(({ task }) => task),
    ).toEqual(["math equation 5(x+5)+99=2x+292"]);
    expect(hard.tasks(place, { ...query, outcome: "w", page: 0 })!.count).toBe(
      58,
    );
    expect(hard.tasks({ ...place, benchmark: "none" }, query)).toBeNull();
  });

  test("claims() joins statements, verdicts and the numbers that decide them", () => {
    const claims = hard.claims();
    expect(claims).toHaveLength(readClaims().length);
    expect(claims[0]).toMatchObject({
      id: "mix-matches-merge",
      verdict: "inconclusive",
      measure: "scores",
      file: "claims/scores.jsonl",
    });
    expect(claims[0]!.numbers[0]!.value).toBeCloseTo(-0.6296, 3);
  });

  test("rows() gives no file but the known ones", () => {
    expect(hard.rows("mergeSize")).toBeInstanceOf(Array);
    expect(hard.rows("../../study")).toBeNull();
  });
});

describe("RecordsIndex", () => {
  const header = {
    benchmark: "own",
    items: 3,
    samples: 2,
    seed: 1,
    temperature: 1,
    topP: 1,
    tasks: "",
    model: "",
  };
  const record = (task: string, sample: number, more: object = {}): string =>
    `${JSON.stringify({ task, sample, reward: 1, outcome: "correct", finish: "stop", tokens: 4, ...more })}\n`;
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), "m2rl-index-")), "own.jsonl");
    writeFileSync(path, `${JSON.stringify(header)}\n${text}`);
    return path;
  };

  test("follows a file that grows, and leaves half a line for later", () => {
    const path = file(record("a", 0) + record("a", 1).slice(0, 30));
    const index = new RecordsIndex(path);
    expect(index.refresh()).toBe(true);
    expect([index.letter(0, 0), index.letter(0, 1)]).toEqual(["c", "-"]);
    appendFileSync(
      path,
      record("a", 1).slice(30) +
        record('ü,"completion":', 0, {
          outcome: "wrong",
          reward: 0,
          completion: "ü\n".repeat(1000),
        }),
    );
    index.refresh();
    expect(index.letter(0, 1)).toBe("c");
    expect(index.tasks).toEqual(["a", 'ü,"completion":']);
    expect(index.isKept(1, 0)).toBe(true);
    expect(index.record(1, 0)!["completion"]).toBe("ü\n".repeat(1000));
    expect(index.refresh()).toBe(false);
  });

  test("reads a file anew that was replaced, and one that is gone is empty", () => {
    const path = file(record("a", 0));
    const index = new RecordsIndex(path);
    index.refresh();
    renameSync(file(record("b", 0, { reward: 0, outcome: "truncated" })), path);
    index.refresh();
    expect(index.tasks).toEqual(["b"]);
    expect(index.letter(0, 0)).toBe("t");
    const gone = new RecordsIndex(`${path}.gone`);
    expect(gone.refresh()).toBe(false);
    expect(gone.header).toBeNull();
  });

  test("counts lines that are no records and goes on", () => {
    const index = new RecordsIndex(
      file(`null\n{"task":1}\n{,\n${record("a", 0)}`),
    );
    index.refresh();
    expect(index.broken).toBe(3);
    expect(index.tasks).toEqual(["a"]);
  });
});

describe("LogIndex", () => {
  test("thins a long log to means, and takes the later line of a step", () => {
    const path = join(
      mkdtempSync(join(tmpdir(), "m2rl-log-")),
      "train",
      "a.jsonl",
    );
    mkdirSync(dirname(path));
    const lines = Array.from(
      { length: 8 },
      (_, step) => `${JSON.stringify({ step, loss: step, more: { a: 1 } })}\n`,
    );
    writeFileSync(path, lines.join(""));
    const log = new LogIndex(path);
    log.refresh();
    expect(log.metrics).toEqual(["loss", "more.a"]);
    expect(log.curve(4)).toEqual({
      step: [0.5, 2.5, 4.5, 6.5],
      values: { loss: [0.5, 2.5, 4.5, 6.5], "more.a": [1, 1, 1, 1] },
    });
    appendFileSync(path, `${JSON.stringify({ step: 6, loss: 60 })}\n{"step":7`);
    log.refresh();
    expect(log.curve().values["loss"]).toEqual([0, 1, 2, 3, 4, 5, 60]);
    expect(log.curve().values["more.a"]!.at(-1)).toBeNull();
  });
});

describe("a measure taskScores", () => {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-tasks-"));
  writeFileSync(
    join(folder, "study.yml"),
    `name: files
base: base
domains: [math]
seeds: [1]
models: { sft: { by: sft, from: base, steps: 2, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 } }
measures:
  taskScores: { models: [base, sft, sft@1], files: { aime24: a.jsonl, mine: b.jsonl } }
profiles: { quick: {} }
`,
  );
  const record = (model: string, name: string, temperature: number): void => {
    const at = join(folder, "runs/quick/seed1/taskScores", model);
    mkdirSync(at, { recursive: true });
    const header = {
      ...{ benchmark: name, items: 2, samples: 1, seed: 1 },
      ...{ temperature, topP: 1, tasks: "", model: "" },
    };
    const lines = ["a", "b"].map((task, i) => ({
      ...{ task, sample: 0, reward: Number(model === "sft" || i === 0) },
      ...{ outcome: "correct", finish: "stop", tokens: 4, completion: model },
    }));
    const text = [header, ...lines].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(at, `${name}.jsonl`), text.join(""));
  };
  for (const model of ["base", "sft"]) {
    record(model, "aime24", 0.6);
    record(model, "mine", 1);
  }
  record("sft@1", "mine", 1);
  const resources = new Resources(folder);

  test("is shown with its files in the place of benchmarks, checkpoints among its models", () => {
    expect(resources.places()).toEqual([
      {
        ...{ measure: "taskScores", temperature: null, seeds: [1] },
        models: ["base", "sft", "sft@1"],
        benchmarks: [
          {
            ...{ name: "aime24", label: "AIME 2024", title: "AIME 2024" },
            domain: "",
          },
          { name: "mine", label: "mine", title: "mine", domain: "" },
        ],
      },
    ]);
    const { rows: found } = resources.scores("taskScores", null)!;
    expect(
      found.map(({ model, cells, average }) => [
        model,
        ...[...cells, average].map((cell) => cell?.value ?? null),
      ]),
    ).toEqual([
      ["base", 50, 50, 50],
      ["sft", 100, 100, 100],
      ["sft@1", null, 50, null],
    ]);
    const against = resources.scores("taskScores", "base")!.rows;
    expect(against[1]!.cells.map((cell) => cell!.value)).toEqual([50, 50]);
  });

  test("shows completions", () => {
    const place = { measure: "taskScores", seed: 1, benchmark: "mine" };
    const query = { models: ["sft@1"], task: "a", sample: 0 };
    const [cell] = resources.sample(place, query)!.cells;
    expect(cell).toMatchObject({
      model: "sft@1",
      text: { completion: "sft@1" },
    });
  });
});

describe("a folder of records", () => {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-records-"));
  const own = join(folder, "ours");
  for (const model of ["sft", "math"]) {
    mkdirSync(join(own, model), { recursive: true });
    for (const benchmark of ["aime24", "gpqa"])
      copyFileSync(
        join(RUN, "seed1/scores", model, `${benchmark}.jsonl`),
        join(own, model, `${benchmark}.jsonl`),
      );
  }

  test("is shown as models with scores, differences and completions", () => {
    const records = new Resources(own);
    const { name, models, stages } = records.study();
    expect([name, stages]).toEqual(["ours", []]);
    expect(models.map((model) => model.name).sort()).toEqual(["math", "sft"]);
    const [place] = records.places();
    expect(place).toMatchObject({
      measure: "records",
      temperature: 0,
      seeds: [0],
    });
    const table = records.scores("records", "sft")!;
    const math = table.rows.find(({ model }) => model === "math")!;
    expect(math.average!.value).toBe(4);
    const where = { measure: "records", seed: 0, benchmark: "aime24" };
    const query = {
      models: ["sft", "math"],
      outcome: "",
      differ: true,
      kept: true,
      text: "",
      page: 0,
    };
    expect(records.tasks(where, query)!.rows[0]!.prompt).not.toBeNull();
  });

  test("takes the records of one model alone, and refuses a folder of anything else", () => {
    const one = new Resources(join(own, "sft"));
    expect(one.study().models.map(({ name }) => name)).toEqual(["sft"]);
    expect(() => new Resources(join(ROOT, "docs"))).toThrow(
      /must hold a study\.yml, or records/,
    );
  });
});

describe("a report of m2rl diff --json, or of a merge", () => {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-report-"));
  const base = join(ROOT, "data", "nano", "base");

  test("gives the rows of the page Weights under its file's name", () => {
    const { params } = readModelFolder(base);
    const moved = (by: number) =>
      new Map(
        [...params].map(([name, param]) => [
          name,
          {
            ...param,
            data: Float32Array.from(param.data, (w, i) =>
              i % by === 0 ? w + Math.sign(w + 1e-9) * 0.01 : w,
            ),
          },
        ]),
      );
    const shift = weightShift(
      params,
      { a: moved(2), b: moved(3) },
      { layers: [1] },
    );
    const path = join(folder, "shift.json");
    writeFileSync(
      path,
      shiftJson(shift, { base, experts: { a: "a", b: "b" } }),
    );
    const rows = new Resources(HARD, { profile: "full", reports: [path] }).rows(
      "weightShift",
    ) as {
      table: string;
      storage: string;
      layer: number;
      kind: string;
      rate: number;
      opposed: number;
    }[];
    const own = rows.filter(({ storage }) => storage === "shift.json");
    expect(new Set(own.map(({ table }) => table))).toEqual(
      new Set([
        "layer",
        "overlap",
        "cosine",
        "expert",
        "joint",
        "survival",
        "spectrum",
        "curve",
      ]),
    );
    expect(own.filter(({ table }) => table === "layer")).toHaveLength(7);
    const map = own.find(
      ({ table, layer, kind }) =>
        table === "layer" && layer === 1 && kind === "up",
    )!;
    expect(map.rate).toBeCloseTo((1 / 2 + 1 / 3) / 2, 2);
    expect(own.find(({ table }) => table === "joint")!.opposed).toBe(0);
    expect(rows.length).toBeGreaterThan(own.length);
  });

  test("the provenance.json of a merge gives what outlives rounding, by layer and matrix", async () => {
    const { params, config } = readModelFolder(base);
    const expert = new Map(
      [...params].map(([name, param]) => [
        name,
        { ...param, data: param.data.map((w) => w * 1.001) },
      ]),
    );
    const tokenizer = readFileSync(join(base, "tokenizer.json"), "utf8");
    const parts = { config, params: expert, tokenizer };
    writeModelFolder(join(folder, "expert"), parts);
    const recipe = parseRecipe(
      `merge_method: task_arithmetic\nbase_model: ${base}\nmodels: [{ model: ${join(folder, "expert")} }]\nout_dtype: bfloat16\n`,
    );
    const out = join(folder, "merged");
    const { provenance } = await mergeCheckpoints(recipe, out, { threads: 1 });
    const reports = [join(out, "provenance.json")];
    const rows = new Resources(HARD, { profile: "full", reports }).rows(
      "weightShift",
    ) as {
      table: string;
      storage: string;
      survived: number;
      entries: number;
      layer: number;
      kind: string;
    }[];
    const own = rows.filter(({ storage }) => storage.endsWith(", merged"));
    expect(own.filter(({ table }) => table === "layer")).toHaveLength(4 * 7);
    expect(own.find(({ table }) => table === "merge")!.entries).toBe(
      provenance.survival!.entries,
    );
    const q = provenance.tensors.find(
      ({ name }) => name === "model.layers.2.self_attn.q_proj.weight",
    );
    expect(
      own.find(({ layer, kind }) => layer === 2 && kind === "q")!.survived,
    ).toBe(q!.survival!.entries);
  });

  test("that is none is refused", () => {
    const path = join(folder, "other.json");
    writeFileSync(path, "{}");
    expect(() => new Resources(HARD, { reports: [path] })).toThrow(
      /must be a file of `m2rl diff --json`/,
    );
  });
});
