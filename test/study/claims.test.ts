/** The ledger's numbers: planted ones are found again, and what cannot be measured is said with its reason. */
import { describe, expect, test } from "vitest";
import type { BenchmarkName } from "../../src/evaluate/index.js";
import { readClaims } from "../../src/report/index.js";
import { behaviourMeasurements } from "../../src/study/claims/behaviour.js";
import { contrast, difference } from "../../src/study/claims/contrast.js";
import type { ClaimData } from "../../src/study/claims/data.js";
import { interferenceClaims } from "../../src/study/claims/interference.js";
import type { Measurement } from "../../src/study/claims/measured.js";
import { mixingClaims } from "../../src/study/claims/mixing.js";
import {
  measureClaims,
  verdictRows,
} from "../../src/study/claims/verdictRows.js";
import { weightClaims } from "../../src/study/claims/weights.js";
import { plantedStudy } from "./planted.js";

// Paper's Table 7 judges these and IFEval, which the nano world cannot judge.
const REASONED: BenchmarkName[] = ["aime24", "lcbV5", "gpqa"];
const planted = plantedStudy();
const claims = readClaims();
const all = measureClaims(planted);

describe("measureClaims(data)", () => {
  test("measures every claim of data/claims.json and nothing else", () => {
    expect(Object.keys(all).sort()).toEqual(claims.map(({ id }) => id).sort());
  });

  // The tables' cells and their averages are rounded, and the latter not always of the former: one digit is what that leaves.
  test("comes to the paper's own numbers when the paper's tables are planted", () => {
    const elsewhere = [
      "overlap-above-chance",
      "changed-share",
      "process-better-in-reasoning",
      "outcome-better-in-instruction",
      "training-sharpens-judging",
    ];
    for (const { id, paper } of claims) {
      if (paper === null || elsewhere.includes(id)) continue;
      const { value } = all[id] as Measurement;
      expect(Math.abs(value - paper), id).toBeLessThan(0.06);
    }
    expect((all["mix-matches-merge"] as Measurement).value).toBeCloseTo(
      -0.18,
      10,
    );
  });

  test("comes to the paper's own numbers on judging where reasoning alone is judged", () => {
    const { "process-better-in-reasoning": better, ...rest } = measureClaims(
      plantedStudy(REASONED),
    );
    expect((better as Measurement).value).toBeCloseTo(9.9037, 1);
    // 93.8 − 91.8, 94.2 − 95.7 and 78.5 − 73.4 of Table 7; instruction following is the fourth in the paper.
    expect(
      (rest["training-sharpens-judging"] as Measurement).value,
    ).toBeCloseTo((2 - 1.5 + 5.1) / 3, 1);
    expect(rest["training-sharpens-judging"]).toMatchObject({
      note: "answers of instruction are not judged here",
    });
  });

  test("gives each number an interval that holds it", () => {
    for (const [id, found] of Object.entries(all)) {
      if ("missing" in found || found.interval === null) continue;
      const [low, high] = found.interval;
      expect(low, id).toBeLessThanOrEqual(found.value + 1e-9);
      expect(high, id).toBeGreaterThanOrEqual(found.value - 1e-9);
    }
  });

  test("finds planted overlaps, cosines and neighbours", () => {
    const value = (id: string): number => (all[id] as Measurement).value;
    expect(value("overlap-above-chance")).toBeCloseTo(2.5, 10);
    expect(all["overlap-above-chance"]).toMatchObject({
      note: "weights count as changed from a relative change of 0.01 or 0.02 on; at the paper's 0.001 the ratio is 1.05",
    });
    expect(value("overlap-above-shuffled")).toBeCloseTo(0.02, 10);
    expect(value("cosine-positive")).toBeCloseTo((3 * 0.3 + 7 * 0.1) / 10, 10);
    expect(value("cosine-positive-each")).toBeCloseTo(0.1, 10);
    expect(value("cosine-higher-in-reasoning")).toBeCloseTo(0.2, 10);
    expect(value("changed-share")).toBeCloseTo(85, 10);
    // math–coding and coding–agent, each one way only, of ten pairs.
    expect(value("neighbourhood-asymmetric")).toBeCloseTo(0.2, 10);
  });
});

describe("verdictRows(data)", () => {
  const rows = verdictRows(planted);
  const verdict = (id: string): string =>
    rows.find((row) => row.id === id)!.verdict;

  test("has one row a claim, in the ledger's order, judged by the ledger's rule", () => {
    expect(rows.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
    expect(verdict("overlap-above-chance")).toBe("reproduced");
    expect(verdict("overlap-above-shuffled")).toBe("contradicted");
    expect(verdict("changed-share")).toBe("not testable");
    expect(verdict("mix-matches-merge")).toBe("reproduced");
  });

  test("keeps the reason of a claim that was not measured, and no number", () => {
    const [row] = verdictRows({ ...planted, ties: null });
    expect(row).toMatchObject({
      id: "mix-matches-merge",
      value: null,
      low: null,
      high: null,
      verdict: "not testable",
      why: "the study has no TIES merge of all experts",
    });
  });

  test("is the same bytes when it is made again", () => {
    expect(JSON.stringify(verdictRows(plantedStudy()))).toBe(
      JSON.stringify(rows),
    );
  });

  test("throws when a claim has nothing that measures it", () => {
    expect(() => verdictRows(planted, [{ ...claims[0]!, id: "new" }])).toThrow(
      'internal: nothing measures the claim "new"',
    );
  });
});

/** The planted study with the scores of some models replaced: scores[item][seed] by model, on every benchmark. */
function withScores(models: Record<string, number[][]>): ClaimData {
  const scores = new Map(planted.scores);
  for (const [model, matrix] of Object.entries(models))
    scores.set(
      model,
      new Map(planted.benchmarks.map((name) => [name, matrix])),
    );
  return { ...planted, scores };
}

describe("contrast(models, terms)", () => {
  test("takes out what an item or seed adds to both sides", () => {
    const hard = [
      [0.1, 0.2],
      [0.9, 0.8],
      [0.4, 0.6],
    ];
    const { scores } = withScores({
      a: hard.map((row) => row.map((x) => x + 0.05)),
      b: hard,
    });
    const { mean, low, high } = contrast(
      scores,
      difference("a", "b", planted.benchmarks),
    );
    expect(mean).toBeCloseTo(0.05, 12);
    expect(high - low).toBeCloseTo(0, 10);
  });

  test("weighs benchmarks as the terms say, however many there are", () => {
    const scores = new Map([
      [
        "a",
        new Map<BenchmarkName, number[][]>([
          ["aime24", [[0.5]]],
          ["bfcl", [[0.25]]],
        ]),
      ],
    ]);
    const { mean } = contrast(scores, [
      { model: "a", benchmark: "aime24", weight: 2 },
      { model: "a", benchmark: "bfcl", weight: -1 },
    ]);
    expect(mean).toBeCloseTo(0.75, 12);
  });
});

describe("what a study lacks", () => {
  const missing = (found: unknown): string =>
    (found as { missing: string }).missing;

  test("domains: claims about them are not measured", () => {
    const two: ClaimData = {
      ...planted,
      domains: ["math", "instruction"],
      benchmarks: ["aime24", "ifeval"],
    };
    expect(missing(interferenceClaims(two)["reasoning-synergy"])).toBe(
      "the study has no expert or no benchmark of coding, science",
    );
  });

  test("judged domains: the number stands, and the row says what is not judged", () => {
    const found = behaviourMeasurements({ ...planted, judged: ["aime24"] });
    expect(found["process-better-in-reasoning"]).toMatchObject({
      note: "answers of coding, science are not judged here",
    });
    expect(found["mixed-collapses"]).not.toHaveProperty("note");
    expect(all["process-better-in-reasoning"]).not.toHaveProperty("note");
  });

  test("seeds: a cost of one run has no interval", () => {
    const cost = planted.cost.slice(0, 1);
    expect(mixingClaims({ ...planted, cost })["mix-costs-less"]).toMatchObject({
      interval: null,
    });
  });

  test("weights: each claim says so", () => {
    for (const found of Object.values(
      weightClaims({ ...planted, overlaps: null }),
    ))
      expect(missing(found)).toBe(
        "the study does not measure what its experts changed",
      );
  });

  test("behaviour: the reason is the one that the measuring gave", () => {
    const [row] = planted.behaviour;
    const none = {
      ...row!,
      value: null,
      low: null,
      high: null,
      why: "no samples",
    };
    expect(
      missing(
        behaviourMeasurements({ ...planted, behaviour: [none] })[row!.claim],
      ),
    ).toBe("no samples");
  });
});
