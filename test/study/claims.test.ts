/** The ledger's numbers: planted ones are found again, and what cannot be measured is said with its reason. */
import { describe, expect, test } from "vitest";
import type { BenchmarkName } from "../../src/evaluate/index.js";
import { readClaims } from "../../src/report/index.js";
import { claimRows, measureClaims } from "../../src/study/claims/claimRows.js";
import { contrast, difference } from "../../src/study/claims/contrast.js";
import type { ClaimData } from "../../src/study/claims/data.js";
import { gainClaims } from "../../src/study/claims/gains.js";
import { interferenceClaims } from "../../src/study/claims/interference.js";
import { judgingClaims } from "../../src/study/claims/judging.js";
import type { Measurement } from "../../src/study/claims/measured.js";
import { mixingClaims } from "../../src/study/claims/mixing.js";
import { neighborhoodClaims } from "../../src/study/claims/neighborhoods.js";
import { weightClaims } from "../../src/study/claims/weights.js";
import { ITEMS, plantedStudy } from "./planted.js";

const planted = plantedStudy();
const claims = readClaims();
const all = measureClaims(planted);

describe("measureClaims(data)", () => {
  test("measures every claim of data/claims.json and nothing else", () => {
    expect(Object.keys(all).sort()).toEqual(claims.map(({ id }) => id).sort());
  });

  // The tables' cells and their averages are rounded, and the latter not always of the former: one digit is what that leaves.
  test("comes to the paper's own numbers when the paper's tables are planted", () => {
    for (const { id, paper } of claims) {
      if (paper === null || id.startsWith("overlap") || id === "changed-share")
        continue;
      const { value } = all[id] as Measurement;
      expect(value, id).toBeCloseTo(paper, 1);
    }
    expect((all["mix-matches-merge"] as Measurement).value).toBeCloseTo(
      -0.18,
      10,
    );
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
    expect(value("overlap-above-shuffled")).toBeCloseTo(0.02, 10);
    expect(value("cosine-positive")).toBeCloseTo((3 * 0.3 + 7 * 0.1) / 10, 10);
    expect(value("cosine-positive-each")).toBeCloseTo(0.1, 10);
    expect(value("cosine-higher-in-reasoning")).toBeCloseTo(0.2, 10);
    expect(value("changed-share")).toBeCloseTo(85, 10);
    // math–coding and coding–agent, each one way only, of ten pairs.
    expect(value("neighbourhood-asymmetric")).toBeCloseTo(0.2, 10);
  });
});

describe("claimRows(data)", () => {
  const rows = claimRows(planted);
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
    const [row] = claimRows({ ...planted, ties: null });
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
    expect(JSON.stringify(claimRows(plantedStudy()))).toBe(
      JSON.stringify(rows),
    );
  });

  test("throws when a claim has nothing that measures it", () => {
    expect(() => claimRows(planted, [{ ...claims[0]!, id: "new" }])).toThrow(
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
    expect(missing(gainClaims(two)["gains-shared"])).toMatch(/Figure 5/);
  });

  test("judged domains: what is judged counts, and the row says what is not", () => {
    const judges = planted.judges.map(({ model, lines }) => ({
      model,
      lines: lines.map((seed) =>
        seed.filter(({ benchmark }) => benchmark === "aime24"),
      ),
    }));
    const found = judgingClaims({ ...planted, judges });
    expect(found["process-better-in-reasoning"]).toMatchObject({
      note: "answers of coding, science are not judged here",
    });
    expect(missing(found["outcome-better-in-instruction"])).toBe(
      "answers of instruction are not judged here",
    );
    const few = judges.filter(({ model }) => model !== "agent");
    expect(
      missing(
        judgingClaims({ ...planted, judges: few })["agent-best-process-judge"],
      ),
    ).toBe("no judge in this study: agent");
  });

  test("seeds: a cost of one run has no interval", () => {
    const cost = planted.cost.slice(0, 1);
    expect(mixingClaims({ ...planted, cost })["mix-costs-less"]).toMatchObject({
      interval: null,
    });
  });

  test("samples, weights and judges: each claim says so", () => {
    const bare = { ...planted, samples: [], judges: [], overlaps: null };
    for (const found of [
      ...Object.values(neighborhoodClaims(bare)),
      ...Object.values(judgingClaims(bare)),
      ...Object.values(weightClaims(bare)),
    ])
      expect(missing(found)).toMatch(/^the study /);
  });

  test("neighbours: a pair of none cannot help", () => {
    const far = planted.samples.map((run) => ({
      ...run,
      samples: run.samples.map((sample) => ({
        ...sample,
        models: {
          ...sample.models,
          ties: {
            kl: sample.data === run.expert ? 1 : 5,
            logRatio: 0,
          },
        },
      })),
    }));
    expect(
      missing(
        neighborhoodClaims({ ...planted, samples: far })["neighbours-help"],
      ),
    ).toMatch(/0 are neighbours by Eq\. 1 and 8 are not/);
  });
});

describe("gain consistency", () => {
  const items = 12;
  /** Solves exactly the items in question, in both seeds. */
  const solves = (from: number, to: number): number[][] =>
    Array.from({ length: items }, (_, i) => {
      const right = i >= from && i < to ? 1 : 0;
      return [right, right];
    });
  const nothing = solves(0, 0);
  const experts = {
    math: solves(0, 6),
    coding: nothing,
    science: nothing,
    instruction: nothing,
    agent: nothing,
  };

  test("is 1 for the experts' own items and falls with every other", () => {
    const data = withScores({
      sft: nothing,
      ...experts,
      ties: solves(0, 6),
      multi: solves(3, 9),
      opd: solves(0, 6),
    });
    const found = gainClaims(data);
    // cos of {0…5} and {3…8}: 3 / 6.
    expect(
      (found["merging-inherits-more-than-mixing"] as Measurement).value,
    ).toBeCloseTo(0.5, 10);
    expect(
      (found["merging-inherits-more-than-distillation"] as Measurement).value,
    ).toBeCloseTo(0, 10);
    // Half of all items are gained by each: chance gives 6 · 6 / 12 / 6 = 1/2.
    expect((found["gains-shared"] as Measurement).value).toBeCloseTo(
      (0.5 + 0 + 0.5) / 3,
      10,
    );
    expect(
      (found["math-gains-most-consistent"] as Measurement).value,
    ).toBeCloseTo(0, 10);
  });

  test("does not exist for a model that gained nothing", () => {
    const data = withScores({
      sft: nothing,
      ...experts,
      ties: nothing,
      multi: solves(0, 6),
      opd: solves(0, 6),
    });
    expect(gainClaims(data)["gains-shared"]).toEqual({
      missing:
        "a model or the experts gained on no item of a benchmark, which leaves no cosine",
    });
  });
});

describe("KL and the change of performance", () => {
  test("are correlated where one orders the other", () => {
    // ties is nearer than multi to every expert: score it above multi everywhere, and the ranks oppose.
    const constant = (score: number): number[][] =>
      Array.from({ length: ITEMS }, () => [score, score]);
    const data = withScores({
      ...Object.fromEntries(
        planted.domains.map((name) => [name, constant(0.5)]),
      ),
      ties: constant(0.8),
      multi: constant(0.3),
    });
    const { value, interval } = neighborhoodClaims(data)[
      "kl-does-not-predict"
    ] as Measurement;
    expect(value).toBeCloseTo(-1, 10);
    expect(interval![1]).toBeLessThan(-0.5);
  });
});
