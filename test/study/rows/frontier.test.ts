/** The compute frontier: what a model needed, where its cost lies among the reference's budgets, and every verdict. */
import { describe, expect, it, test } from "vitest";
import { trainingBehind } from "../../../src/study/graph/ancestry.js";
import { parseStudy, type Ref } from "../../../src/study/index.js";
import type { ModelScores } from "../../../src/study/rows/modelScores.js";
import {
  frontierRows,
  frontierVerdict,
  type FrontierPoint,
  type FrontierRow,
} from "../../../src/study/rows/frontier.js";
import { PICO_STUDY, picoWith } from "../pico.js";

const STEP = "promptsPerStep: 1, groupSize: 2, learningRate: 0.001";
const TEXT = picoWith({
  models: `  early: { by: merge, method: ties, anchor: sft, of: experts@1 }
  mixed: { by: merge, method: ties, anchor: sft, of: [math@1, math, average] }
  polish: { by: rl, from: average, steps: 3, ${STEP} }
  cascade: { by: rl, from: sft, then: [math, instruction], steps: 4, ${STEP} }
`,
});
const study = parseStudy(TEXT, "quick");
const ref = (model: string, step: number | null = null): Ref => ({
  model,
  step,
});
const behind = (model: Ref, given = ["sft"]) =>
  Object.fromEntries(trainingBehind([model], given, study));

describe("trainingBehind(models, given, study)", () => {
  it("counts the runs behind a merge, of checkpoints their first steps", () => {
    expect(behind(ref("average"))).toEqual({ math: 2, instruction: 2 });
    expect(behind(ref("early"))).toEqual({ math: 1, instruction: 1 });
  });
  it("counts a run once, by the longest part that anything needs", () => {
    expect(behind(ref("mixed"))).toEqual({ math: 2, instruction: 2 });
    expect(
      Object.fromEntries(
        trainingBehind([ref("math", 1), ref("early")], ["sft"], study),
      ),
    ).toEqual({ math: 1, instruction: 1 });
  });
  it("goes through hybrids, chains and teachers, and stops at what is given", () => {
    expect(behind(ref("polish"))).toEqual({
      math: 2,
      instruction: 2,
      polish: 3,
    });
    expect(behind(ref("polish", 1), ["sft", "math", "instruction"])).toEqual({
      polish: 1,
    });
    expect(behind(ref("cascade"))).toEqual({ "cascade-1": 4, cascade: 4 });
    expect(behind(ref("opd"))).toEqual({ opd: 2, math: 2, instruction: 2 });
    expect(behind(ref("average"), [])).toEqual({
      sft: 2,
      math: 2,
      instruction: 2,
    });
  });
});

describe("parseStudy(text) with a frontier", () => {
  const frontier = (options: string) => () =>
    parseStudy(
      picoWith({ measures: `  frontier: { ${options} }\n` }).replace(
        "models: [base, sft, experts, multi,",
        "models: [base, sft, experts, multi@1, multi,",
      ),
      "quick",
    );
  it("takes checkpoints as budgets of the reference", () => {
    const { measures } = frontier(
      "from: sft, reference: [multi@1, multi], roads: { merge: average }, experts: experts",
    )();
    expect(measures.at(-1)).toMatchObject({
      by: "frontier",
      options: { scores: "scores", reference: [ref("multi", 1), ref("multi")] },
    });
  });
  it.each([
    [
      "a model that is not scored",
      "from: sft, reference: [multi@1, multi], roads: { early: math@1 }, experts: experts",
      "measures.frontier must be of models in measures.scores.models, got math@1",
    ],
    [
      "a reference of one budget",
      "from: sft, reference: multi, roads: {}, experts: experts",
      "measures.frontier.reference must hold at least 2 budgets, got 1",
    ],
    [
      "a reference that is not trained",
      "from: sft, reference: [multi, sft], roads: {}, experts: experts",
      "measures.frontier.reference must be trained from sft, got sft",
    ],
    [
      "scores that the study does not measure",
      "from: sft, reference: [multi@1, multi], roads: {}, experts: experts, scores: cost",
      "measures.frontier.scores must name a measure of scores, got cost",
    ],
  ])("refuses %s", (_, options, message) => {
    expect(frontier(options)).toThrow(message);
  });
  it("leaves the stages of a study without one as they were", () => {
    expect(parseStudy(PICO_STUDY, "quick").measures).toHaveLength(5);
  });
});

/** A point of one benchmark with two seeds, whose items all have the seed's score but for a spread of ± 0.1. */
function point(
  model: string,
  score: readonly [number, number],
  cost: readonly [number, number],
  given: readonly [number, number] = cost,
): FrontierPoint {
  const scores: ModelScores = new Map([
    [
      "aime24",
      Array.from({ length: 40 }, (_, i) =>
        score.map((own) => own + (i % 2 === 0 ? 0.1 : -0.1)),
      ),
    ],
  ]);
  const both = (costs: readonly number[]) => ({ flops: costs, seconds: costs });
  return { model, scores, costs: { scratch: both(cost), given: both(given) } };
}

const REFERENCE = {
  road: "reference",
  points: [
    // Seeds cost differently; out of order on purpose.
    point("multi", [0.6, 0.6], [1000, 4000]),
    point("multi@10", [0.2, 0.2], [10, 40]),
    point("multi@20", [0.4, 0.4], [100, 400]),
  ],
};
const UNIT = { flops: [1000, 4000], seconds: [500, 500] };
const rowOf = (own: FrontierPoint, accounting = "scratch"): FrontierRow =>
  frontierRows(REFERENCE, [{ road: "road", points: [own] }], UNIT).find(
    (row) =>
      row.road === "road" &&
      row.accounting === accounting &&
      row.unit === "flops",
  )!;

describe("frontierRows(reference, roads, unit)", () => {
  test("interpolates the reference linearly in log cost, in each seed by its own costs", () => {
    const cost: [number, number] = [100 * Math.sqrt(10), 400 * Math.sqrt(10)];
    const row = rowOf(point("merge", [0.55, 0.55], cost));
    expect(row).toMatchObject({ reference: 50, at: "between" });
    expect(row.difference!.mean).toBeCloseTo(5, 3);
    expect(row.ratio).toBeCloseTo(0.316228, 6);
    // At a budget itself the reference is that budget.
    expect(rowOf(point("merge", [0.4, 0.4], [100, 400])).reference).toBe(40);
    expect(rowOf(point("merge", [0.4, 0.4], [10, 4000])).reference).toBe(40);
  });
  test("pairs items: what makes an item hard is in both and cancels", () => {
    const row = rowOf(point("merge", [0.55, 0.55], [100, 400]));
    expect(row.difference).toEqual({ mean: 15, low: 15, high: 15 });
    expect(row.high - row.low).toBeGreaterThan(5);
    expect(row.verdict).toBe("better");
  });
  test("says better, worse, and no difference with what it would have found", () => {
    expect(rowOf(point("x", [0.41, 0.42], [100, 400])).verdict).toBe(
      "no difference shown",
    );
    const { difference, detectable } = rowOf(
      point("x", [0.41, 0.42], [100, 400]),
    );
    expect(detectable).toBeCloseTo(
      1.4294 * ((difference!.high - difference!.low) / 2),
      2,
    );
    expect(rowOf(point("x", [0.3, 0.3], [100, 400])).verdict).toBe("worse");
  });
  test("says no reference outside the reference's budgets, unless the nearest decides against the odds", () => {
    const cheap = (score: number) => rowOf(point("x", [score, score], [1, 40]));
    const dear = (score: number) =>
      rowOf(point("x", [score, score], [1000, 5000]));
    expect(
      [cheap(0.5), cheap(0.1)].map(({ at, verdict }) => [at, verdict]),
    ).toEqual([
      ["smallest", "better"],
      ["smallest", "no reference"],
    ]);
    expect(
      [dear(0.9), dear(0.1)].map(({ at, verdict }) => [at, verdict]),
    ).toEqual([
      ["largest", "no reference"],
      ["largest", "worse"],
    ]);
  });
  test("takes costs within a tenth of the smallest and the largest budget for equal to them", () => {
    const at = (costs: [number, number]) => {
      const row = rowOf(point("x", [0.9, 0.9], costs));
      return [row.at, row.verdict];
    };
    expect(at([1099, 4000])).toEqual(["between", "better"]);
    expect(at([1101, 4000])).toEqual(["largest", "no reference"]);
    expect(at([9.1, 40])).toEqual(["between", "better"]);
    expect(at([8.9, 40])).toEqual(["smallest", "better"]);
    expect(rowOf(point("x", [0.5, 0.5], [1099, 4399])).reference).toBe(60);
  });
  test("counts what is given as free, and compares what is free with the smallest budget", () => {
    const merge = point("merge", [0.5, 0.5], [100, 400], [0, 0]);
    expect(rowOf(merge, "given")).toMatchObject({
      cost: 0,
      ratio: 0,
      reference: 20,
      at: "smallest",
      verdict: "better",
    });
    expect(rowOf(merge, "scratch").at).toBe("between");
  });
  test("compares the reference with nothing", () => {
    const rows = frontierRows(REFERENCE, [], UNIT);
    expect(rows).toHaveLength(12);
    for (const row of rows)
      expect(row).toMatchObject({
        reference: null,
        difference: null,
        verdict: null,
      });
  });
});

test("frontierVerdict(interval, at) is one of four, by its rule", () => {
  const all = (["between", "smallest", "largest"] as const).map((at) =>
    [
      { low: 1, high: 2 },
      { low: -1, high: 1 },
      { low: -2, high: -1 },
    ].map((interval) => frontierVerdict(interval, at)),
  );
  expect(all).toEqual([
    ["better", "no difference shown", "worse"],
    ["better", "no reference", "no reference"],
    ["no reference", "no reference", "worse"],
  ]);
});
