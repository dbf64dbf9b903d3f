/** Experts of several training paradigms: what is planted in models and scores is found again. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  readModelFolder,
  writeModelFolder,
} from "../../src/checkpoint/index.js";
import type { Domain } from "../../src/domains/index.js";
import type { BenchmarkName } from "../../src/evaluate/index.js";
import {
  parseStudy,
  plan,
  type LossLine,
  type LossPlane,
  type ParadigmRow,
  type Stage,
} from "../../src/study/index.js";
import { paradigms } from "../../src/study/measures/paradigms/paradigms.js";
import { ALPHAS } from "../../src/study/measures/paradigms/paradigmShape.js";
import type {
  ParadigmData,
  ParadigmRun,
  ParadigmScores,
  ParadigmShape,
  TaskVectorSizes,
} from "../../src/study/rows/paradigms/paradigmRow.js";
import {
  matchedByGain,
  meanGain,
  paradigmContrast,
  paradigmStates,
} from "../../src/study/rows/paradigms/paradigmContrast.js";
import { paradigmRows } from "../../src/study/rows/paradigms/paradigms.js";
import type { StepMetrics } from "../../src/train/index.js";
import { picoStudy, picoWith } from "./pico.js";

const MEASURE =
  "  paradigms: { anchor: sft, experts: { rl: [math@1, instruction@2], demonstrations: shown }, merges: { average: { method: average } }, lambdas: [0.5], texts: 2, grid: 5 }\n";
const MODELS =
  '  shown: { like: experts, by: imitate, as: "{domain}-shown", source: demonstrations }\n';
const TEXT = picoWith({ models: MODELS, measures: MEASURE });
const study = parseStudy(TEXT, "full");
const stages = plan(study);
const stageOf = (id: string): Stage => stages.find((stage) => stage.id === id)!;

describe("plan(study) with paradigms", () => {
  test("has a stage of scores and one of shape for each paradigm and seed", () => {
    const ids = stages
      .map(({ id }) => id)
      .filter((id) => id.includes("/paradigms/"));
    expect(ids).toEqual(
      [1, 2].flatMap((seed) =>
        ["rl", "demonstrations"].flatMap((paradigm) =>
          ["scores", "shape"].map(
            (part) => `seed${seed}/paradigms/${paradigm}/${part}`,
          ),
        ),
      ),
    );
  });

  test("compares with the RL expert after as many steps: its checkpoint, or the model itself", () => {
    const { math, instruction } = stageOf("seed1/paradigms/rl/scores").inputs;
    expect(math!.path).toBe("seed1/checkpoints/math/step1");
    expect(instruction!.path).toBe("seed1/models/instruction");
    expect(stageOf("seed1/models/math").outputs).toContain(math!.path);
  });

  test("trains the others as RL would be, except in what is learned from", () => {
    expect(stageOf("seed1/models/instruction-shown")).toMatchObject({
      kind: "imitate",
      spec: {
        domains: ["instruction"],
        steps: 2,
        source: "demonstrations",
        promptsPerStep: 1,
        groupSize: 2,
        learningRate: 0.001,
      },
    });
  });

  test.each([
    [
      "grid: 5",
      "grid: 6",
      "measures.paradigms.grid must be 5, 9, 13, …, so that the experts lie on it, got 6",
    ],
    [
      "method: average",
      "method: averge",
      'measures.paradigms.merges.average.method must be a known name, got "averge"; did you mean "average"?',
    ],
    [
      "demonstrations: shown",
      "demonstrations: multi",
      "measures.paradigms.experts.demonstrations must be experts of one domain each, got multi",
    ],
    [
      "[math@1, instruction@2]",
      "[math@1]",
      "measures.paradigms.experts.demonstrations must be of the domains math, got math, instruction",
    ],
    [
      "math@1",
      "math@3",
      "measures.paradigms.experts.rl[0] must be a checkpoint of math (steps 1 to 2), got math@3",
    ],
  ])("with %s as %s, is refused", (part, change, message) => {
    const measures = MEASURE.replace(part, change);
    expect(() =>
      parseStudy(picoWith({ models: MODELS, measures }), "full"),
    ).toThrow(message);
  });
});

describe("the stages of one paradigm", () => {
  const folder = picoStudy(TEXT);
  const runFolder = mkdtempSync(join(tmpdir(), "m2rl-paradigms-"));
  const done = (id: string): Promise<unknown> =>
    paradigms.run(job(id), () => undefined, new AbortController().signal);
  const job = (id: string) => ({
    stage: stageOf(id),
    study,
    studyFolder: folder,
    runFolder,
    inputHashes: {},
  });
  // Experts that moved by 1 and 2 % of each weight, in the same direction.
  const base = readModelFolder(join(folder, "base"));
  const growth: Record<string, number> = {
    anchor: 0,
    math: 0.01,
    instruction: 0.02,
  };
  for (const [name, { path }] of Object.entries(
    stageOf("seed1/paradigms/rl/shape").inputs,
  ))
    writeModelFolder(join(runFolder, path), {
      config: base.config,
      params: new Map(
        [...base.params].map(([key, tensor]) => [
          key,
          {
            ...tensor,
            dtype: "F32",
            data: Float32Array.from(
              tensor.data,
              (w) => w * (1 + growth[name]!),
            ),
          },
        ]),
      ),
      tokenizer: readFileSync(join(folder, "base", "tokenizer.json"), "utf8"),
    });
  const linesOf = <Line>(id: string): Line[] =>
    readFileSync(join(runFolder, stageOf(id).outputs[0]!), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);

  test("the shape finds planted sizes and directions, and one loss at one place whatever the way there", async () => {
    const id = "seed1/paradigms/rl/shape";
    await done(id);
    const shape = linesOf<ParadigmShape>(id);
    const weights = shape.find(
      (line): line is TaskVectorSizes => line.what === "weights",
    )!;
    expect(weights.experts.map((each) => each.relativeNorm)).toEqual([
      expect.closeTo(0.01, 5),
      expect.closeTo(0.02, 5),
    ]);
    expect(weights.pairs).toEqual([
      { a: "math", b: "instruction", cosine: expect.closeTo(1, 4) as number },
    ]);
    expect(weights.minorityMass).toBe(0);
    const lines = shape.filter(
      (each): each is LossLine => each.what === "line",
    );
    expect(lines).toHaveLength(ALPHAS.length * 4);
    const at = (direction: string, domain: string, alpha: number): number =>
      lines.find(
        (line) =>
          line.direction === direction &&
          line.domain === domain &&
          line.alpha === alpha,
      )!.demonstrations;
    expect(at("math", "math", 0)).toBe(at("sum", "math", 0));
    // 0.5 · (1 % + 2 %) is the math expert at 1.5 · 1 %.
    expect(at("sum", "math", 0.5)).toBeCloseTo(at("math", "math", 1.5), 4);
    const plane = shape.filter(
      (each): each is LossPlane => each.what === "plane",
    );
    expect(plane.map(({ x, y }) => [x, y])).toHaveLength(25);
    const middle = plane.find(({ x, y }) => x === 0.5 && y === 0.5)!;
    expect(middle.lossA).toBeCloseTo(at("sum", "math", 0.5), 4);
    expect(middle.lossB).toBeCloseTo(at("sum", "instruction", 0.5), 4);
    // An untrained model writes no correct answer.
    expect(lines.every(({ answers }) => answers === null)).toBe(true);
  });

  test("the scores are of experts on their domain and merges on all, and what is there is kept", async () => {
    const id = "seed1/paradigms/rl/scores";
    await done(id);
    const lines = linesOf<ParadigmScores>(id);
    expect(
      lines.map(({ model, scores }) => [model, Object.keys(scores)]),
    ).toEqual([
      ["math", ["aime24"]],
      ["instruction", ["ifeval"]],
      ["average", ["aime24", "ifeval"]],
      ["taskArithmetic@0.5", ["aime24", "ifeval"]],
    ]);
    const path = join(runFolder, stageOf(id).outputs[0]!);
    const marked = { ...lines[0]!, scores: { aime24: [1, 1] } };
    writeFileSync(
      path,
      [marked, ...lines.slice(1)].map((l) => `${JSON.stringify(l)}\n`).join(""),
    );
    await done(id);
    expect(linesOf<ParadigmScores>(id)[0]).toEqual(marked);
  });
});

describe("paradigmRows(paradigms, sft, benchmarks)", () => {
  const ITEMS = 200;
  const benchmarks = new Map<Domain, BenchmarkName[]>([
    ["math", ["aime24", "aime25"]],
    ["coding", ["lcbV5"]],
  ]);
  const names = [...benchmarks.values()].flat();
  /** The first `share` of the items are right. */
  const upTo = (share: number): number[] =>
    Array.from({ length: ITEMS }, (_, i) =>
      Number(i < Math.round(share * ITEMS)),
    );
  const scored = (share: number, own = names): ParadigmScores["scores"] =>
    Object.fromEntries(own.map((name) => [name, upTo(share)]));
  const sft = new Map(
    names.map((name) => [name, upTo(0.2).map((score) => [score, score])]),
  );
  const log = [1, 3].map(
    (gradNorm, step) =>
      ({ step, gradNorm, tokens: { trained: 10 } }) as StepMetrics,
  );
  /** Experts at `expert`, the merge at `merged`, all other numbers `scale` times what they are. */
  const run = (expert: number, merged: number, scale: number): ParadigmRun => ({
    scores: [
      ...[...benchmarks].map(([domain, own]) => ({
        model: domain,
        scores: scored(expert, own),
        key: "",
      })),
      { model: "average", scores: scored(merged), key: "" },
    ],
    shape: [
      {
        what: "weights",
        experts: [...benchmarks.keys()].map((domain) => ({
          domain,
          norm: 2 * scale,
          relativeNorm: 0.01 * scale,
          effectiveRank: scale < 1 ? 0.5 : null,
        })),
        pairs: [{ a: "math", b: "coding", cosine: 0.25 * scale }],
        minorityMass: 0.1 * scale,
        opposed: 0.4,
      },
      {
        what: "line",
        direction: "sum",
        domain: "math",
        alpha: 0.5,
        demonstrations: 2 * scale,
        answers: scale < 1 ? 0.75 : null,
      },
      {
        what: "plane",
        a: "math",
        b: "coding",
        x: 0,
        y: 1,
        lossA: scale,
        lossB: 3 * scale,
      },
    ],
    logs: new Map([...benchmarks.keys()].map((domain) => [domain, log])),
  });
  /** Two seeds, one half a tenth above and one half a tenth below what is planted. */
  const paradigm = (
    name: string,
    { expert, merged }: { expert: number; merged: number },
  ): ParadigmData => ({
    paradigm: name,
    runs: [
      run(expert + 0.05, merged + 0.05, 0.5),
      run(expert - 0.05, merged - 0.05, 1.5),
    ],
  });
  const rows = paradigmRows(
    [
      paradigm("rl", { expert: 0.8, merged: 0.65 }),
      paradigm("demonstrations", { expert: 0.6, merged: 0.3 }),
      paradigm("rollouts", { expert: 0.2, merged: 0.3 }),
    ],
    sft,
    benchmarks,
  );
  const of = <What extends ParadigmRow["what"]>(
    what: What,
    name: string,
  ): Extract<ParadigmRow, { what: What }>[] =>
    rows.filter(
      (row): row is Extract<ParadigmRow, { what: What }> =>
        row.what === what && row.paradigm === name,
    );

  test("finds planted gains and what a merge keeps of them", () => {
    expect(of("expert", "rl")[0]).toMatchObject({
      domain: "math",
      steps: 2,
      tokens: 20,
      sft: 20,
      score: 80,
      gain: 60,
      norm: 2,
      relativeNorm: 0.01,
      effectiveRank: 0.5,
      gradNorm: 2,
      seeds: 2,
    });
    const kept = of("retention", "rl");
    expect(kept.map(({ domain }) => domain)).toEqual(["math", "coding", "all"]);
    for (const { retention, low, high } of kept) {
      expect(retention).toBeCloseTo(0.75, 4);
      expect(low!).toBeLessThan(0.75);
      expect(high!).toBeGreaterThan(0.75);
    }
    expect(of("retention", "demonstrations").at(-1)!.retention).toBe(0.25);
    expect(of("conflict", "rl")).toEqual([
      {
        what: "conflict",
        paradigm: "rl",
        minorityMass: 0.1,
        opposed: 0.4,
        cosine: 0.25,
      },
    ]);
  });

  test("finds planted losses, over the seeds that have them", () => {
    const [line] = of("line", "rl");
    expect(line).toMatchObject({
      alpha: 0.5,
      demonstrations: 2,
      answers: 0.75,
    });
    expect(of("plane", "rl")).toMatchObject([
      { x: 0, y: 1, lossA: 1, lossB: 3 },
    ]);
  });

  test("says nothing of a share where the experts gained nothing", () => {
    for (const { retention } of of("retention", "rollouts"))
      expect(retention).toBeNull();
    expect(of("contrast", "rollouts")[1]).toMatchObject({
      measure: "retention",
      difference: null,
    });
  });

  test("contrasts each paradigm with all before it, paired", () => {
    expect(of("contrast", "rl")).toEqual([]);
    expect(of("contrast", "rollouts").map(({ against }) => against)).toEqual([
      ...["rl", "rl", "demonstrations", "demonstrations"],
    ]);
    const [score, retention] = of("contrast", "demonstrations");
    expect(score!.difference).toBe(-35);
    expect(score!.high!).toBeLessThan(0);
    expect(retention!.difference).toBeCloseTo(-0.5, 4);
    expect(retention!.high!).toBeLessThan(0);
  });

  test("reads a contrast in both directions, and names one that is not there", () => {
    const by = { merge: "average", measure: "score" } as const;
    const there = paradigmContrast(rows, ["demonstrations", "rl"], by)!;
    const back = paradigmContrast(rows, ["rl", "demonstrations"], by)!;
    expect(there.mean).toBe(-35);
    expect(back).toEqual({
      mean: 35,
      low: -there.high,
      high: -there.low,
    });
    const kept = { merge: "average", measure: "retention" } as const;
    expect(paradigmContrast(rows, ["rl", "rollouts"], kept)).toBeNull();
    expect(() => paradigmContrast(rows, ["rl", "sft"], by)).toThrow(
      /must compare rl with sft by score of average, got none/,
    );
  });

  test("matches by gain the two states that gained most alike", () => {
    expect(meanGain(rows, "rl")).toBe(60);
    expect(
      matchedByGain(rows, [["rl"], ["rollouts", "demonstrations"]]),
    ).toEqual(["rl", "demonstrations"]);
    expect(() => matchedByGain(rows, [["rl"], []])).toThrow(/got an empty one/);
  });

  test("tells states of the same runs from other paradigms by their models, and the last by its updates", () => {
    const steps = { early: 10, rl: 20, other: 20 };
    const experts = Object.entries(steps).map(
      ([paradigm, own]) =>
        ({ what: "expert", paradigm, steps: own }) as ParadigmRow,
    );
    const [math, shown] = [[{ model: "math" }], [{ model: "math-shown" }]];
    expect(
      paradigmStates(experts, { early: math, rl: math, other: shown }),
    ).toEqual([
      { state: "early", paradigm: "rl", steps: 10 },
      { state: "rl", paradigm: "rl", steps: 20 },
      { state: "other", paradigm: "other", steps: 20 },
    ]);
  });
});
