import { describe, expect, it } from "vitest";
import { avgAtK, passAtK } from "../../src/evaluate/index.js";
import { Random } from "../../src/random.js";
import {
  averageOverSeeds,
  bootstrap,
  overSeeds,
  pairedDifference,
  shareInterval,
  studentT,
  symmetric,
} from "../../src/stats/index.js";

describe("studentT(probability, df)", () => {
  it("is the quantile of printed tables", () => {
    // Closed forms: df 1 is Cauchy, tan(π(p − ½)); df 2 is (2p − 1) / √(2p(1 − p)).
    expect(studentT(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 8);
    expect(studentT(0.975, 2)).toBeCloseTo(
      0.95 / Math.sqrt(2 * 0.975 * 0.025),
      8,
    );
    expect(studentT(0.975, 10)).toBeCloseTo(2.228139, 5);
    expect(studentT(0.975, 99)).toBeCloseTo(1.984217, 5);
    expect(studentT(0.975, Infinity)).toBeCloseTo(1.959964, 5);
  });
  it("takes degrees of freedom that are not whole", () => {
    expect(studentT(0.975, 2.5)).toBeGreaterThan(studentT(0.975, 3));
    expect(studentT(0.975, 2.5)).toBeLessThan(studentT(0.975, 2));
  });
  it("throws RangeError outside its range", () => {
    expect(() => studentT(0.5, 3)).toThrow(
      "studentT: probability must be in (0.5, 1), got 0.5",
    );
    expect(() => studentT(0.9, 0)).toThrow(
      "studentT: df must be positive, got 0",
    );
  });
});

describe("shareInterval(mean, se, n, df)", () => {
  it("is Wilson's interval when answers are independent", () => {
    // 8 of 10 right, z = 1.959964: (0.4902, 0.9433)
    const { low, high } = shareInterval(
      0.8,
      Math.sqrt((0.8 * 0.2) / 10),
      10,
      Infinity,
    );
    expect(low).toBeCloseTo(0.490162, 4);
    expect(high).toBeCloseTo(0.943318, 4);
  });
  it("stays inside [0, 1] and keeps a width when every answer is equal", () => {
    const { low, high } = shareInterval(1, 0, 100, 99);
    expect(high).toBeCloseTo(1, 12);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeGreaterThan(0.95);
    expect(low).toBeLessThan(0.97);
  });
});

describe("avgAtK(rewards)", () => {
  it("averages an item's samples first, so that they are not independent evidence", () => {
    const once = avgAtK([[1], [0], [1], [0]]);
    const copied = avgAtK([
      [1, 1, 1],
      [0, 0, 0],
      [1, 1, 1],
      [0, 0, 0],
    ]);
    expect(copied).toEqual({ ...once, samples: 3 });
    expect(once.se).toBeCloseTo(Math.sqrt(1 / 3 / 4), 12);
  });
  it("throws RangeError when it is empty or ragged", () => {
    expect(() => avgAtK([])).toThrow(
      "avgAtK: rewards must hold at least one item and one sample, got none",
    );
    expect(() => avgAtK([[1, 0], [1]])).toThrow(
      "avgAtK: every item must have 2 samples as the first has, got 1 for item 1",
    );
  });
});

describe("passAtK(rewards, k)", () => {
  it("is 1 − C(n − c, k) / C(n, k)", () => {
    expect(passAtK([[1, 0, 0, 0]], 2)).toBeCloseTo(1 - 3 / 6, 12);
    expect(passAtK([[1, 1, 0, 0, 0]], 3)).toBeCloseTo(1 - 1 / 10, 12);
    expect(passAtK([[1, 1, 1, 0]], 2)).toBe(1);
    expect(passAtK([[0, 0]], 1)).toBe(0);
    expect(passAtK([[1, 0]], 1)).toBeCloseTo(avgAtK([[1, 0]]).mean, 12);
  });
  it("refuses an item with fewer than k samples instead of shrinking k", () => {
    expect(() => passAtK([[1, 0, 1], [1]], 2)).toThrow(
      "passAtK: every item must have at least 2 samples, got 1 for item 1",
    );
    expect(() => passAtK([[1]], 0)).toThrow(
      "passAtK: k must be a positive integer, got 0",
    );
  });
});

describe("overSeeds(scores)", () => {
  it("is avgAtK's error when there is one seed", () => {
    const items = [0.5, 1, 0, 0.25, 0.75];
    const one = overSeeds(items.map((score) => [score]));
    const reference = avgAtK(items.map((score) => [score]));
    expect(one.se).toBeCloseTo(reference.se, 12);
    expect([one.low, one.high, one.varianceSeeds]).toEqual([
      reference.low,
      reference.high,
      0,
    ]);
  });
  it("adds the spread of seeds when items do not differ", () => {
    // Every item scores as its seed does: only the seeds vary, sd / √S with S = 3.
    const { mean, se } = overSeeds(
      Array.from({ length: 50 }, () => [0.4, 0.5, 0.6]),
    );
    expect(mean).toBeCloseTo(0.5, 12);
    expect(se).toBeCloseTo(0.1 / Math.sqrt(3), 12);
  });
  it("has the items' error alone when seeds agree", () => {
    const items = [0, 1, 0, 1, 1, 0, 0, 1];
    const same = overSeeds(items.map((score) => [score, score, score]));
    expect(same.se).toBeCloseTo(avgAtK(items.map((score) => [score])).se, 12);
    expect(same.varianceSeeds).toBe(0);
  });
  it("covers the true mean in about 95 % of simulated studies with three seeds", () => {
    let inside = 0;
    const studies = 300;
    for (let study = 0; study < studies; study++) {
      const random = new Random(study, "coverage");
      const seeds = [0, 1, 2].map(() => 0.03 * random.normal());
      const scores = Array.from({ length: 60 }, () => {
        const item = 0.5 + 0.2 * random.normal();
        return seeds.map((seed) => item + seed + 0.2 * random.normal());
      });
      const { low, high } = overSeeds(scores);
      if (low <= 0.5 && 0.5 <= high) inside++;
    }
    expect(inside / studies).toBeGreaterThan(0.9);
    expect(inside / studies).toBeLessThan(0.995);
  });
  it("throws RangeError when it is ragged", () => {
    expect(() => overSeeds([[1, 0], [1]])).toThrow(
      "overSeeds: every item must have 2 seeds, got 1 for item 1",
    );
  });
});

describe("averageOverSeeds(benchmarks)", () => {
  it("adds the items' variances of independent benchmarks", () => {
    const a = [[0], [1], [0], [1]];
    const b = [[1], [1], [1], [0], [0]];
    const { mean, se } = averageOverSeeds([a, b]);
    const parts = [avgAtK(a), avgAtK(b)];
    expect(mean).toBeCloseTo((parts[0]!.mean + parts[1]!.mean) / 2, 12);
    expect(se).toBeCloseTo(Math.hypot(parts[0]!.se, parts[1]!.se) / 2, 12);
  });
  it("throws RangeError when benchmarks have unequal numbers of seeds", () => {
    expect(() => averageOverSeeds([[[1, 1]], [[1]]])).toThrow(
      "averageOverSeeds: every benchmark must have 2 seeds, got 1",
    );
  });
});

describe("pairedDifference(pairs)", () => {
  it("cancels what an item's difficulty adds to both models", () => {
    const difficulty = Array.from({ length: 40 }, (_, i) => i / 40);
    const { mean, se } = pairedDifference([
      { a: difficulty.map((d) => [d + 0.1]), b: difficulty.map((d) => [d]) },
    ]);
    expect(mean).toBeCloseTo(0.1, 12);
    expect(se).toBeCloseTo(0, 12);
  });
  it("is minus the difference of the models in the other order", () => {
    const a = [[1], [0.5], [0], [1]];
    const b = [[0], [0.5], [1], [0]];
    const forward = pairedDifference([{ a, b }]);
    const back = pairedDifference([{ a: b, b: a }]);
    expect(back.mean).toBeCloseTo(-forward.mean, 12);
    expect(back.low).toBeCloseTo(-forward.high, 12);
  });
  it("throws RangeError when items or seeds differ", () => {
    expect(() => pairedDifference([{ a: [[1]], b: [[1], [0]] }])).toThrow(
      "pairedDifference: a and b must have the same items, got 1 and 2 in pair 0",
    );
    expect(() => pairedDifference([{ a: [[1, 1]], b: [[1]] }])).toThrow(
      "pairedDifference: a and b must have the same seeds, got 2 and 1 for item 0 of pair 0",
    );
    expect(() => pairedDifference([])).toThrow(
      "averageOverSeeds: benchmarks must not be empty, got 0",
    );
  });
});

describe("bootstrap(items)", () => {
  it("agrees with the closed form on many items", () => {
    const random = new Random(3, "items");
    const items = Array.from({ length: 400 }, () =>
      random.chance(0.3) ? 1 : 0,
    );
    const { mean, se, low, high } = bootstrap(items, { seed: 1 });
    const { mean: closed, se: error } = avgAtK(items.map((item) => [item]));
    expect(mean).toBeCloseTo(closed, 12);
    expect(se / error).toBeGreaterThan(0.93);
    expect(se / error).toBeLessThan(1.07);
    expect(Math.abs(low - symmetric(closed, error, 399).low)).toBeLessThan(
      0.01,
    );
    expect(Math.abs(high - symmetric(closed, error, 399).high)).toBeLessThan(
      0.01,
    );
  });
  it("gives the same interval for the same seed and another for another", () => {
    const items = [0, 1, 1, 0.5, 0, 1, 0.25];
    expect(bootstrap(items, { seed: 1 })).toEqual(
      bootstrap(items, { seed: 1 }),
    );
    expect(bootstrap(items, { seed: 1 })).not.toEqual(
      bootstrap(items, { seed: 2 }),
    );
  });
  it("throws RangeError when it has nothing to draw from", () => {
    expect(() => bootstrap([])).toThrow(
      "mean: values must not be empty, got 0",
    );
    expect(() => bootstrap([1], { resamples: 10 })).toThrow(
      "bootstrap: resamples must be an integer of at least 100, got 10",
    );
  });
});
