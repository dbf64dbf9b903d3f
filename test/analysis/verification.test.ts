import { describe, expect, it } from "vitest";
import { verification, type SeedAnswers } from "../../src/analysis/index.js";
import type { JudgedAnswer, Judgement } from "../../src/evaluate/index.js";
import { Random } from "../../src/random.js";
import { paperTable } from "../../src/report/index.js";
import { correlation, rankCorrelation } from "../../src/stats/index.js";

type Judge = (right: boolean, random: Random) => Judgement["verdict"];

/** Answers of one seed: right with probability `skill`, each item eight times, judged by a planted judge. */
function answersOf(
  skill: number,
  judge: Judge,
  { seed = 1, items = 50, unclaimed = 0 } = {},
): JudgedAnswer[] {
  const random = new Random(seed, "verification");
  return Array.from({ length: items * 8 }, (_, i): JudgedAnswer => {
    const right = random.chance(skill);
    const claimed = random.chance(unclaimed) ? null : 7;
    const judgement = (): Judgement => {
      const verdict = judge(right, random);
      return {
        verdict,
        sound: verdict === (right ? "correct" : "incorrect"),
        tokens: 20,
      };
    };
    return {
      task: `task ${Math.floor(i / 8)}`,
      sample: i % 8,
      reward: right && claimed !== null ? 1 : 0,
      outcome: right && claimed !== null ? "correct" : "wrong",
      claimed,
      judgements:
        claimed === null
          ? null
          : { outcome: judgement(), process: judgement() },
    };
  });
}

const score = (skill: number, judge: Judge) =>
  verification([[answersOf(skill, judge)]], "outcome");

describe("verification(benchmarks, mode)", () => {
  it("gives a judge that always says yes the generator's own share, and balanced accuracy 1/2", () => {
    for (const skill of [0.2, 0.5, 0.9]) {
      const found = score(skill, () => "correct");
      expect(found.agreement!.mean).toBe(found.generation.mean);
      expect(found.chance).toBeCloseTo(found.generation.mean, 12);
      expect(found.balancedAccuracy).toMatchObject({
        mean: 0.5,
        low: 0.5,
        high: 0.5,
      });
      expect(found.truePositiveRate!.mean).toBe(1);
      expect(found.trueNegativeRate!.mean).toBe(0);
      expect(found.yesRate).toBe(1);
    }
  });

  it("gives a judge that knows everything 1, and one that knows nothing 1/2 within the interval", () => {
    const knows = score(0.7, (right) => (right ? "correct" : "incorrect"));
    expect(knows.balancedAccuracy!.mean).toBe(1);
    expect(knows.agreement!.mean).toBe(1);
    expect(knows.sound!.mean).toBe(1);
    const guesses = score(0.7, (_, random) =>
      random.chance(0.3) ? "correct" : "incorrect",
    );
    expect(guesses.balancedAccuracy!.low).toBeLessThan(0.5);
    expect(guesses.balancedAccuracy!.high).toBeGreaterThan(0.5);
    expect(guesses.agreement!.mean).toBeCloseTo(guesses.chance, 1);
  });

  it("recovers planted rates of true positives and true negatives", () => {
    const { truePositiveRate, trueNegativeRate, balancedAccuracy } = score(
      0.6,
      (right, random) =>
        random.chance(right ? 0.8 : 0.1) ? "correct" : "incorrect",
    );
    expect(truePositiveRate!.low).toBeLessThan(0.8);
    expect(truePositiveRate!.high).toBeGreaterThan(0.8);
    expect(trueNegativeRate!.low).toBeLessThan(0.9);
    expect(trueNegativeRate!.high).toBeGreaterThan(0.9);
    expect(balancedAccuracy!.mean).toBeCloseTo(
      (truePositiveRate!.mean + trueNegativeRate!.mean) / 2,
      12,
    );
  });

  it("shows agreement rise with the generator for a judge that says yes too often, although nothing is judged", () => {
    const often: Judge = (_, random) =>
      random.chance(0.8) ? "correct" : "incorrect";
    const seldom: Judge = (_, random) =>
      random.chance(0.2) ? "correct" : "incorrect";
    const of = (judge: Judge) =>
      [0.2, 0.4, 0.6, 0.8].map((skill) => score(skill, judge).agreement!.mean);
    const skills = [0.2, 0.4, 0.6, 0.8];
    expect(correlation(skills, of(often)).r).toBeGreaterThan(0.9);
    expect(correlation(skills, of(seldom)).r).toBeLessThan(-0.9);
  });

  it("counts a missing verdict as disagreement, and an answer without a claim not at all", () => {
    const answers = answersOf(0.5, () => null, { unclaimed: 0.25 });
    const found = verification([[answers]], "process");
    expect(found).toMatchObject({ unparsed: 1, yesRate: 0, chance: 0 });
    expect(found.agreement!.mean).toBe(0);
    expect(found.balancedAccuracy!.mean).toBe(0);
    expect(found.judged).toBe(
      answers.filter(({ claimed }) => claimed !== null).length,
    );
    expect(found.answers).toBe(400);
  });

  it("has no rate where no answer is wrong, and none at all without a claim", () => {
    const right = score(1, () => "correct");
    expect(right.trueNegativeRate).toBeNull();
    expect(right.balancedAccuracy).toBeNull();
    expect(right.truePositiveRate!.mean).toBe(1);
    const none = verification(
      [[answersOf(0.5, () => "correct", { unclaimed: 1 })]],
      "outcome",
    );
    expect(none.agreement).toBeNull();
    expect(none.perSeed).toEqual([null]);
    expect(none.generation.mean).toBe(0);
  });

  it("averages benchmarks, not answers", () => {
    const many: SeedAnswers = [answersOf(0.5, () => "correct")];
    const few: SeedAnswers = [answersOf(1, () => "correct", { items: 5 })];
    const both = verification([many, few], "outcome");
    expect(both.generation.mean).toBeCloseTo(
      (verification([many], "outcome").generation.mean + 1) / 2,
      12,
    );
    expect(both.judged).toBe(55 * 8);
  });

  it("throws RangeError without answers and for seeds with other items", () => {
    expect(() => verification([], "outcome")).toThrow(
      "verification: benchmarks must hold answers, got none",
    );
    const seeds = [
      answersOf(0.5, () => "correct"),
      answersOf(0.5, () => "correct", { items: 49 }),
    ];
    expect(() => verification([seeds], "outcome")).toThrow(
      "verification: every seed must have the same items, got 49 in seed 1 and 50 in the first",
    );
  });
});

describe("correlation(x, y)", () => {
  it("finds in the paper's Table 7 what its text prints, and how much of it is one model", () => {
    const { rows } = paperTable(7);
    const of = (mode: string, used: typeof rows) =>
      correlation(
        used.map((row) => Number(row["Avg. Gen"])),
        used.map((row) => Number(row[`Avg. ${mode}`])),
      );
    expect(of("Proc", rows).r).toBeCloseTo(-0.53, 2);
    expect(of("Out", rows).r).toBeCloseTo(0.63, 2);
    const others = rows.filter(({ model }) => model !== "RL-Multi");
    expect(of("Proc", others).r).toBeCloseTo(-0.36, 2);
    expect(of("Out", others).r).toBeCloseTo(0.89, 2);
    // Nine points: the interval of −0.53 reaches above 0.
    expect(of("Proc", rows).high).toBeGreaterThan(0);
  });
  it("is Fisher's interval", () => {
    const { r, low, high } = correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]);
    expect(r).toBeCloseTo(0.8, 12);
    expect(low).toBeCloseTo(
      Math.tanh(Math.atanh(0.8) - 1.959964 / Math.SQRT2),
      5,
    );
    expect(high).toBeCloseTo(
      Math.tanh(Math.atanh(0.8) + 1.959964 / Math.SQRT2),
      5,
    );
    expect(correlation([1, 2, 3, 4], [2, 4, 6, 8]).high).toBeLessThanOrEqual(1);
  });
  it("throws RangeError for fewer than 4 points and for points that do not vary", () => {
    expect(() => correlation([1, 2, 3], [1, 2, 3])).toThrow(
      "correlation: x and y must be at least 4 points, got 3 and 3",
    );
    expect(() => correlation([1, 1, 1, 1], [1, 2, 3, 4])).toThrow(
      "correlation: x and y must both vary, got a constant one",
    );
  });
});

describe("rankCorrelation(x, y)", () => {
  it("looks at order only, and gives equal values one rank", () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3], [3, 3, 3])).toBeNaN();
    expect(rankCorrelation([1], [2])).toBeNaN();
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(
      4.5 / Math.sqrt(4.5 * 5),
      12,
    );
  });
});
