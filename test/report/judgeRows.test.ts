import { describe, expect, test } from "vitest";
import {
  claimLine,
  claimLines,
  heatMap,
  judgeRows,
  judgingTable,
  readClaims,
  type JudgingModeRow,
} from "../../src/report/index.js";

const estimate = (mean: number) => ({ mean, low: mean - 1, high: mean + 1 });
const judged = (
  model: string,
  benchmark: string,
  mode: "outcome" | "process",
  value: number | null,
): JudgingModeRow => ({
  model,
  benchmark,
  domain: benchmark === "average" ? null : "math",
  mode,
  generation: estimate(40),
  value: value === null ? null : estimate(value),
  balancedAccuracy: value === null ? null : estimate(value - 5),
});
const rows = [
  judged("sft", "aime24", "outcome", 60),
  judged("sft", "average", "outcome", 62),
  judged("sft", "aime24", "process", 70),
  judged("sft", "average", "process", 72),
  judged("math", "aime24", "outcome", 80),
  judged("math", "aime24", "process", null),
];

describe("judgeRows(rows, score)", () => {
  test("joins both ways of judging, and leaves out who did not judge in one of them", () => {
    const base = { model: "sft", label: "SFT", generation: estimate(40) };
    expect(judgeRows(rows)).toEqual([
      {
        ...base,
        benchmark: "AIME'24",
        domain: "math",
        outcome: estimate(60),
        process: estimate(70),
      },
      {
        ...base,
        benchmark: "average",
        domain: "",
        outcome: estimate(62),
        process: estimate(72),
      },
    ]);
  });

  test("takes the balanced accuracy where it is asked for", () => {
    expect(judgeRows(rows, "balancedAccuracy")[0]!.outcome).toEqual(
      estimate(55),
    );
  });

  test("throws RangeError when a model lacks a way of judging", () => {
    expect(() => judgeRows(rows.slice(0, 2))).toThrow(
      new RangeError(
        'only: one row must have {"model":"sft","benchmark":"aime24","mode":"process"}, got 0',
      ),
    );
  });
});

test("judgingTable(rows) has one row per model and three columns per benchmark", () => {
  expect(judgingTable(rows)).toEqual([
    {
      model: "SFT",
      "AIME'24 Gen": estimate(40),
      "AIME'24 Out": estimate(60),
      "AIME'24 Proc": estimate(70),
      "Avg. Gen": estimate(40),
      "Avg. Out": estimate(62),
      "Avg. Proc": estimate(72),
    },
    {
      model: "RL-Math",
      "AIME'24 Gen": estimate(40),
      "AIME'24 Out": estimate(80),
      "AIME'24 Proc": null,
    },
  ]);
});

test("claimLines(numbers, ids) keeps the order of the claims, with the numbers of each in theirs", () => {
  const [first, second, third] = readClaims();
  const number = (claim: string, measure: string) => ({
    ...{ claim, measure, why: null },
    ...{ value: 1, low: 0.5, high: 2 },
  });
  const numbers = [
    number(second!.id, "as stated"),
    number(third!.id, "as stated"),
    number(first!.id, "as stated"),
    number(first!.id, "a control"),
  ];
  expect(claimLines(numbers, [second!.id, first!.id])).toEqual([
    claimLine(first!, numbers[2]!),
    claimLine(first!, numbers[3]!),
    claimLine(second!, numbers[0]!),
  ]);
});

test("heatMap(rows, { symmetric: true }) draws each cell on both sides of the diagonal", () => {
  const cell = { x: "math", y: "coding", value: 0.25 };
  const both = [cell, { ...cell, x: "coding", y: "math" }];
  expect(heatMap([cell], { symmetric: true }).svg).toBe(heatMap(both).svg);
});
