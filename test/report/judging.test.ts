/** The figures of self-verification and of the two routes: what they say, besides the bytes that charts.test.ts compares. */
import { describe, expect, test } from "vitest";
import {
  judgeByDomain,
  judgeCorrelation,
  judgeTradeOff,
  paperJudging,
  paradigms,
} from "../../src/report/index.js";

const rows = paperJudging();
const averages = rows.filter((row) => row.benchmark === "average");

describe("paperJudging()", () => {
  test("has nine models on four benchmarks and their average", () => {
    expect(rows).toHaveLength(45);
    expect([...new Set(rows.map((row) => row.benchmark))]).toEqual([
      "aime24",
      "ifeval",
      "lcbV5",
      "gpqa",
      "average",
    ]);
    expect(rows.find((row) => row.model === "opd")).toEqual({
      model: "opd",
      label: "MT-OPD",
      benchmark: "aime24",
      generation: { mean: 80.52 },
      outcome: { mean: 85.8 },
      process: { mean: 91.2 },
    });
  });
});

describe("judgeCorrelation(rows)", () => {
  test("prints r of both panels, with and without one model", () => {
    const { svg } = judgeCorrelation(averages, { without: "multi" });
    expect(svg).toContain("Outcome judging: r = 0.63<");
    expect(svg).toContain("without RL-Multi (dotted): r = 0.89<");
    expect(svg).toContain("Process judging: r = −0.53<");
    expect(svg).toContain("without RL-Multi (dotted): r = −0.36<");
  });

  test("prints no second r when the model to leave out is not there", () => {
    expect(judgeCorrelation(averages, { without: "nobody" }).svg).not.toContain(
      "without",
    );
  });

  test("draws neither line nor r for two models", () => {
    const { svg } = judgeCorrelation(averages.slice(0, 2));
    expect(svg).not.toContain("r =");
    expect(svg).not.toContain("linear-regression");
  });

  test("throws RangeError when a model has two rows", () => {
    expect(() => judgeCorrelation([averages[0]!, averages[0]!])).toThrow(
      new RangeError(
        "judgeCorrelation: a model must have one row, got sft, sft",
      ),
    );
  });
});

describe("judgeByDomain(rows)", () => {
  const row = {
    ...rows[0]!,
    benchmark: "AIME'24",
    domain: "math",
    model: "math",
  };
  const ends = (svg: string): string[] =>
    [
      ...svg.matchAll(
        /text-anchor="(start|end)"[^>]*>\s*<text[^>]*>(outcome|process)</g,
      ),
    ].map((match) => `${match[2]} ${match[1]}`);

  test("names the two ends on their outer sides, whichever is larger", () => {
    expect(ends(judgeByDomain([row]).svg).sort()).toEqual([
      "outcome end",
      "process start",
    ]);
    const swapped = { ...row, outcome: row.process, process: row.outcome };
    expect(ends(judgeByDomain([swapped]).svg).sort()).toEqual([
      "outcome start",
      "process end",
    ]);
  });

  test("marks the expert of the benchmark's domain and no other", () => {
    const band = 'stroke="#e6e9ee"';
    expect(judgeByDomain([row]).svg).toMatch(
      new RegExp(`${band}[^>]*>\\s*<line`),
    );
    expect(judgeByDomain([{ ...row, model: "sft" }]).svg).not.toMatch(
      new RegExp(`${band}[^>]*>\\s*<line`),
    );
  });
});

describe("judgeTradeOff(rows)", () => {
  test("draws the reference as a line in each panel, not as a bar", () => {
    const { svg } = judgeTradeOff(averages.slice(0, 2));
    expect(svg.match(/>SFT \d+\.\d</g)).toHaveLength(3);
    expect(svg).not.toMatch(/>SFT</);
  });

  test("throws RangeError when only the reference is there", () => {
    expect(() => judgeTradeOff(averages.slice(0, 1))).toThrow(
      new RangeError("judgeTradeOff: rows must not be empty, got 1 rows"),
    );
  });
});

describe("paradigms(options)", () => {
  test("draws a chip of the batch and a run for each domain", () => {
    const { svg } = paradigms({ domains: ["math", "agent"] });
    expect(svg).toContain("one run on math → expert");
    expect(svg).toContain("one run on agent → expert");
    expect(svg).not.toContain("coding");
  });

  test("throws RangeError when there is no domain", () => {
    expect(() => paradigms({ domains: [] })).toThrow(
      new RangeError("paradigms: domains must not be empty, got 0"),
    );
  });
});
