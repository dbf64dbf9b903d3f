import { describe, expect, it } from "vitest";
import {
  chanceCosine,
  gainConsistency,
  gainCosine,
  gainVector,
  unionGain,
  type Accuracies,
} from "../../src/analysis/index.js";
import { Random } from "../../src/random.js";

const column = (values: readonly number[]): number[][] =>
  values.map((value) => [value]);
const random = new Random(1, "gains");
const coins = (n: number, p: number): number[] =>
  Array.from({ length: n }, () => (random.chance(p) ? 1 : 0));

describe("gainVector, unionGain, gainCosine", () => {
  it("keep gains, drop losses, and take the best expert of each item", () => {
    const sft = [0.5, 0.5, 0, 1];
    const a = gainVector([1, 0, 0, 1], sft);
    const b = gainVector([0.5, 1, 0.5, 0], sft);
    expect(a).toEqual([0.5, 0, 0, 0]);
    expect(unionGain([a, b])).toEqual([0.5, 0.5, 0.5, 0]);
    expect(gainCosine(a, unionGain([a, b]))).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(gainCosine(a, [0, 0, 0, 0])).toBeNaN();
  });
  it("throw RangeError when items differ or there is no expert", () => {
    expect(() => gainVector([1], [1, 0])).toThrow(
      "gainVector: accuracy and sft must have the same items, got 1 and 2",
    );
    expect(() => unionGain([])).toThrow(
      "unionGain: gains must not be empty, got 0 experts",
    );
    expect(() => unionGain([[1], [1, 0]])).toThrow(
      "unionGain: gains must have the same items, got 1 and 2",
    );
  });
});

describe("chanceCosine(gains, union, groups)", () => {
  it("is the mean over every order of the items", () => {
    const [g, u] = [
      [1, 0.5, 0, 0.5],
      [0.5, 1, 0.5, 0],
    ];
    const orders = (rest: number[]): number[][] =>
      rest.length === 0
        ? [[]]
        : rest.flatMap((i) =>
            orders(rest.filter((j) => j !== i)).map((tail) => [i, ...tail]),
          );
    const all = orders([0, 1, 2, 3]).map((places) =>
      gainCosine(
        places.map((i) => g[i]!),
        u,
      ),
    );
    expect(chanceCosine(g, u)).toBeCloseTo(
      all.reduce((a, b) => a + b, 0) / all.length,
      12,
    );
  });
  it("is the cosine itself when every item is a group of its own", () => {
    const [g, u] = [
      [1, 0.5, 0],
      [0.5, 1, 0.5],
    ];
    expect(chanceCosine(g, u, [0, 1, 2])).toBeCloseTo(gainCosine(g, u), 12);
  });
});

describe("gainConsistency(sft, experts, models)", () => {
  const n = 60;
  const zero = column(Array.from({ length: n }, () => 0));
  const first = coins(n, 0.5);
  const second = coins(n, 0.3);

  it("finds planted gains: copies of the union have 1, a disjoint model 0, half of the gained items √½", () => {
    const union = unionGain([first, second]);
    let kept = 0;
    const half = union.map((g) => (g > 0 && kept++ % 2 === 0 ? g : 0));
    const { models, gained, retrained } = gainConsistency(
      zero,
      [column(first), column(second)],
      {
        copy: column(union),
        disjoint: column(union.map((g) => 1 - g)),
        half: column(half),
      },
      { against: "copy" },
    );
    const items = union.filter((g) => g > 0).length;
    expect(gained).toBe(items);
    expect(retrained).toBeNull();
    expect(models["copy"]!.cosine).toMatchObject({ mean: 1, low: 1, high: 1 });
    expect(models["copy"]).toMatchObject({ above: null });
    expect(models["copy"]!.inherited.mean).toBe(1);
    expect(models["copy"]!.novel.mean).toBe(0);
    expect(models["disjoint"]!.cosine.mean).toBe(0);
    expect(models["disjoint"]!.novel.mean).toBe(1);
    const share = Math.ceil(items / 2) / items;
    expect(models["half"]!.cosine.mean).toBeCloseTo(Math.sqrt(share), 12);
    expect(models["half"]!.inherited.mean).toBeCloseTo(share, 12);
    expect(models["half"]!.above!.mean).toBeCloseTo(Math.sqrt(share) - 1, 12);
    expect(models["half"]!.above!.high).toBeLessThan(0);
  });

  it("has a chance level that gains without any relation reach, and related ones exceed", () => {
    const mine = coins(n, 0.5);
    const related = first.map((g, i) => (i % 6 === 0 ? 1 - g : g));
    const { models } = gainConsistency(zero, [column(first)], {
      unrelated: column(mine),
      related: column(related),
    });
    const { cosine, chance } = models["unrelated"]!;
    expect(chance.mean).toBeCloseTo(chanceCosine(mine, first), 12);
    expect(chance.mean).toBeGreaterThan(0.4);
    expect(cosine.mean).toBeLessThan(chance.high);
    expect(models["related"]!.cosine.mean).toBeGreaterThan(
      models["related"]!.chance.high,
    );
    // Every SFT score is 0 here, so that equal SFT scores are no restriction.
    expect(models["related"]!.chanceGivenSft.mean).toBeCloseTo(
      models["related"]!.chance.mean,
      12,
    );
  });

  it("knows what models share only because they start from the same SFT scores", () => {
    // Every model answers each item with its own luck at one rate; gains agree only where SFT was unlucky.
    const sft = coins(600, 0.5);
    const { models } = gainConsistency(column(sft), [column(coins(600, 0.8))], {
      lucky: column(coins(600, 0.8)),
    });
    const { cosine, chance, chanceGivenSft } = models["lucky"]!;
    expect(cosine.mean).toBeGreaterThan(chance.high);
    expect(cosine.mean).toBeLessThan(chanceGivenSft.high);
  });

  it("averages seeds, and compares unions of different seeds", () => {
    const two = (a: readonly number[], b: readonly number[]): Accuracies =>
      a.map((value, i) => [value, b[i]!]);
    const { models, retrained } = gainConsistency(
      two(
        first.map(() => 0),
        first.map(() => 0),
      ),
      [two(first, second)],
      { copy: two(first, second), crossed: two(second, first) },
    );
    const across = gainCosine(first, second);
    expect(retrained).toBeCloseTo(across, 12);
    expect(models["copy"]!.perSeed).toEqual([1, 1]);
    expect(models["crossed"]!.cosine.mean).toBeCloseTo(across, 12);
  });

  it("is null for a model that gained on fewer than three items", () => {
    const few = first.map((_, i) => (i < 2 ? 1 : 0));
    const { models } = gainConsistency(
      zero,
      [column(first)],
      { few: column(few), many: column(second) },
      { against: "few" },
    );
    expect(models["few"]).toBeNull();
    expect(models["many"]!.above).toBeNull();
  });

  it("throws RangeError for unequal seeds, no data and an unknown model to compare with", () => {
    expect(() => gainConsistency([], [], {})).toThrow(
      "gainConsistency: sft must hold at least one item and one seed, got none",
    );
    expect(() => gainConsistency(zero, [first.map(() => [1, 1])], {})).toThrow(
      "gainConsistency: experts[0] must have 1 seeds as sft has, got 2",
    );
    expect(() =>
      gainConsistency(zero, [zero], { ties: zero }, { against: "multi" }),
    ).toThrow('gainConsistency: against must be one of ties, got "multi"');
  });
});
