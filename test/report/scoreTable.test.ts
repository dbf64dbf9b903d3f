import { describe, expect, test } from "vitest";
import { differenceTable, scoreTable } from "../../src/report/index.js";

const row = (model: string, benchmark: string, score: number) => ({
  ...{ model, benchmark, score },
  ...{ low: score - 1, high: score + 1 },
});
const cell = (mean: number) => ({ mean, low: mean - 1, high: mean + 1 });
const rows = [
  row("sft", "aime24", 30),
  row("sft", "average", 20),
  row("ties", "aime24", 50),
  row("ties", "average", 40),
];

describe("scoreTable(rows, options)", () => {
  test("has a line per model, as they come or as they are asked for", () => {
    const [sft, ties] = [
      { model: "SFT", "AIME'24": cell(30), "Avg.": cell(20) },
      { model: "TIES", "AIME'24": cell(50), "Avg.": cell(40) },
    ];
    expect(scoreTable(rows)).toEqual([sft, ties]);
    expect(scoreTable(rows, { models: ["ties", "sft"] })).toEqual([ties, sft]);
    expect(scoreTable(rows, { models: ["ties"] })).toEqual([ties]);
  });
  test("or a line per benchmark", () => {
    expect(
      scoreTable(rows, { models: ["ties", "sft"], lines: "benchmarks" }),
    ).toEqual([
      { benchmark: "AIME'24", TIES: cell(50), SFT: cell(30) },
      { benchmark: "Avg.", TIES: cell(40), SFT: cell(20) },
    ]);
  });
  test("throws RangeError for a model without rows, two rows of a cell, and none", () => {
    expect(() => scoreTable(rows, { models: ["multi"] })).toThrow(
      new RangeError(
        'scoreTable: rows must hold every model, got none of "multi"',
      ),
    );
    expect(() => scoreTable([...rows, rows[0]!])).toThrow(RangeError);
    expect(() => scoreTable([])).toThrow(RangeError);
  });
});

describe("differenceTable(rows, options)", () => {
  test("shows the differences to one model, and leaves other pairs out", () => {
    const pair = (a: string, b: string, difference: number) => ({
      ...{ a, b, benchmark: "average", difference },
      ...{ low: difference - 1, high: difference + 1 },
    });
    const pairs = [pair("ties", "multi", 2), pair("ties", "sft", 9)];
    expect(differenceTable(pairs, { to: "multi" })).toEqual([
      { model: "TIES", "Avg.": cell(2) },
    ]);
  });
});
