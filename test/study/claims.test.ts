/** The ledger's numbers: planted ones are found again, and what cannot be measured is said with its reason. */
import { describe, expect, test } from "vitest";
import type { BenchmarkName } from "../../src/evaluate/index.js";
import { readClaims } from "../../src/report/index.js";
import {
  STATED,
  type ClaimNumber,
  type ClaimRow,
} from "../../src/study/claims/claimRow.js";
import { contrast, difference } from "../../src/study/claims/contrast.js";
import type { ClaimData } from "../../src/study/claims/data.js";
import { interferenceClaims } from "../../src/study/claims/interference.js";
import { costRatio, mixingClaims } from "../../src/study/claims/mixing.js";
import { verdictRows } from "../../src/study/claims/verdicts.js";
import { MEASURES } from "../../src/study/index.js";
import { withNote } from "../../src/study/measures/behaviour/judging.js";
import { plantedNumbers, plantedStudy } from "./planted.js";

// Paper's Table 7 judges these and IFEval, which the nano world cannot judge.
const REASONED: BenchmarkName[] = ["aime24", "lcbV5", "gpqa"];
const planted = plantedStudy();
const claims = readClaims();
const absent = (claim: string): string => `nothing measures ${claim}`;
const numbersOf = (study: typeof planted): Record<string, ClaimNumber> =>
  Object.fromEntries(
    plantedNumbers(study)
      .filter(({ measure }) => measure === STATED)
      .map((row) => [row.claim, row]),
  );
const all = numbersOf(planted);

describe("the numbers of all measures", () => {
  test("measures every claim of data/claims.json and nothing else", () => {
    const ids = claims.map(({ id }) => id).sort();
    expect(Object.keys(all).sort()).toEqual(ids);
    const declared = Object.values(MEASURES).flatMap(
      ({ claimIds }) => claimIds,
    );
    expect([...declared].sort()).toEqual(ids);
  });

  // The tables' cells and their averages are rounded, and the latter not always of the former: one digit is what that leaves.
  test("comes to the paper's own numbers when the paper's tables are planted", () => {
    const elsewhere = [
      "changed-share",
      "process-better-in-reasoning",
      "outcome-better-in-instruction",
      "training-sharpens-judging",
    ];
    for (const { id, paper } of claims) {
      if (paper === null || elsewhere.includes(id)) continue;
      const { value } = all[id]!;
      expect(Math.abs(value! - paper), id).toBeLessThan(0.06);
    }
    expect(all["mix-matches-merge"]!.value).toBeCloseTo(-0.18, 10);
  });

  test("comes to the paper's own numbers on judging where reasoning alone is judged", () => {
    const { "process-better-in-reasoning": better, ...rest } = numbersOf(
      plantedStudy(REASONED),
    );
    expect(better!.value).toBeCloseTo(9.9037, 1);
    // 93.8 − 91.8, 94.2 − 95.7 and 78.5 − 73.4 of Table 7; instruction following is the fourth in the paper.
    expect(rest["training-sharpens-judging"]!.value).toBeCloseTo(
      (2 - 1.5 + 5.1) / 3,
      1,
    );
    expect(rest["training-sharpens-judging"]).toMatchObject({
      note: "answers of instruction are not judged here",
    });
  });

  test("gives each number an interval that holds it", () => {
    for (const [id, found] of Object.entries(all)) {
      const { value, low, high } = found;
      if (value === null || low === null || high === null) continue;
      expect(low, id).toBeLessThanOrEqual(value + 1e-9);
      expect(high, id).toBeGreaterThanOrEqual(value - 1e-9);
    }
  });

  test("finds planted overlaps, cosines and neighbours", () => {
    const value = (id: string): number => all[id]!.value!;
    expect(all["overlap-above-shuffled"]).toMatchObject({
      note: "weights count as changed from a relative change of 0.01 or 0.02 on",
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

describe("verdictRows(numbers, seeds, absent)", () => {
  const rows = verdictRows(plantedNumbers(planted), 2, absent);
  const verdict = (id: string): string =>
    rows.find((row) => row.id === id)!.verdict;

  test("has one row per claim, in the order of data/claims.json, judged by its rule", () => {
    expect(rows.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
    expect(verdict("overlap-above-shuffled")).toBe("contradicted");
    expect(verdict("changed-share")).toBe("contradicted");
    expect(verdict("mix-costs-less")).toBe("not testable");
    expect(verdict("mixing-at-equal-cost")).toBe("reproduced");
    expect(verdict("mix-matches-merge")).toBe("reproduced");
  });

  test("keeps the reason of a claim that was not measured, and no number", () => {
    const scores = new Map(planted.data.scores);
    scores.delete("ties");
    const data = { ...planted.data, scores };
    const [row] = verdictRows(plantedNumbers({ ...planted, data }), 2, absent);
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
    const again = verdictRows(plantedNumbers(plantedStudy()), 2, absent);
    expect(JSON.stringify(again)).toBe(JSON.stringify(rows));
  });

  test("says why a claim that no measure decides has no number", () => {
    const [row] = verdictRows([], 2, absent, [{ ...claims[0]!, id: "new" }]);
    expect(row).toMatchObject({
      id: "new",
      value: null,
      verdict: "not testable",
      why: "nothing measures new",
    });
  });
});

/** The planted study with the scores of some models replaced: scores[item][seed] by model, on every benchmark. */
function withScores(models: Record<string, number[][]>): ClaimData {
  const scores = new Map(planted.data.scores);
  for (const [model, matrix] of Object.entries(models))
    scores.set(
      model,
      new Map(planted.data.benchmarks.map((name) => [name, matrix])),
    );
  return { ...planted.data, scores };
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
      difference("a", "b", planted.data.benchmarks),
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
  test("domains: claims about them are not measured", () => {
    const two: ClaimData = {
      ...planted.data,
      domains: ["math", "instruction"],
      benchmarks: ["aime24", "ifeval"],
    };
    expect(interferenceClaims(two)["reasoning-synergy"].why).toBe(
      "the study has no expert or no benchmark of coding, science",
    );
  });

  test("judged domains: the number stands, and the row says what is not judged", () => {
    const noted = (claim: string): string | null => {
      const row = planted.behaviour.find(
        (each) => each.claim === claim && each.measure === STATED,
      ) as ClaimRow;
      return withNote({ ...row, note: null }, ["aime24"]).note;
    };
    expect(noted("process-better-in-reasoning")).toBe(
      "answers of coding, science are not judged here",
    );
    expect(noted("mixed-collapses")).toBeNull();
    expect(all["process-better-in-reasoning"]!.note).toBeNull();
  });

  test("seeds: a cost of one run has no interval", () => {
    expect(costRatio(planted.cost.slice(0, 1), "multi")).toMatchObject({
      low: null,
      high: null,
      why: null,
    });
  });

  test("a student: its comparison says so", () => {
    const scores = new Map(planted.data.scores);
    scores.delete("opd");
    expect(
      mixingClaims({ ...planted.data, scores })["distillation-matches-merge"],
    ).toMatchObject({
      value: null,
      why: "the study has no student of on-policy distillation",
    });
  });
});
