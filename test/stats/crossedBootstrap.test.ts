import { describe, expect, it } from "vitest";

import { Random } from "../../src/random.js";
import { crossedBootstrap, draws, type Draw } from "../../src/stats/index.js";

const random = new Random(3, "test");
const sum = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0);
const variance = (values: readonly number[]): number => {
  const mean = sum(values) / values.length;
  return sum(values.map((v) => (v - mean) ** 2)) / (values.length - 1);
};
/** Mean of values[seed][item] over a draw. */
const meanOf =
  (values: readonly (readonly number[])[]) =>
  ({ seeds, items }: Draw): number =>
    sum(seeds.flatMap((s) => items[0]!.map((i) => values[s]![i]!))) /
    (seeds.length * items[0]!.length);

describe("crossedBootstrap(statistic, draws)", () => {
  it("has the standard error s/√n when only items vary", () => {
    const own = Array.from({ length: 40 }, () => random.normal());
    const { mean, se, low, high } = crossedBootstrap(
      meanOf([own, own, own]),
      draws({ seeds: 3, items: [40], resamples: 4000 }),
    )!;
    const expected = Math.sqrt(variance(own) / 40);
    expect(mean).toBeCloseTo(sum(own) / 40, 12);
    expect(se / expected).toBeCloseTo(1, 1);
    expect((high - low) / (2 * 1.96 * expected)).toBeCloseTo(1, 1);
  });
  it("has the standard error s/√S when only seeds vary, with as few as three", () => {
    const perSeed = [0.2, 0.5, 0.9];
    const { se } = crossedBootstrap(
      meanOf(perSeed.map((v) => Array.from({ length: 20 }, () => v))),
      draws({ seeds: 3, items: [20], resamples: 4000 }),
    )!;
    expect(se / Math.sqrt(variance(perSeed) / 3)).toBeCloseTo(1, 1);
  });
  it("draws blocks of items independently of each other", () => {
    const { resampled, whole } = draws({ seeds: 2, items: [3, 5] });
    expect(whole).toEqual({
      seeds: [0, 1],
      items: [
        [0, 1, 2],
        [0, 1, 2, 3, 4],
      ],
    });
    expect(resampled.every(({ items }) => items[1]!.length === 4)).toBe(true);
    expect(
      new Set(resampled.map(({ items }) => items.join("|"))).size,
    ).toBeGreaterThan(500);
  });
  it("gives the same interval for the same seed and another for another", () => {
    const statistic = meanOf([[1, 2, 4, 8]]);
    const of = (seed: number) =>
      crossedBootstrap(statistic, draws({ seeds: 1, items: [4], seed }))!;
    expect(of(1)).toEqual(of(1));
    expect(of(1).se).not.toBe(of(2).se);
  });
  it("leaves out resamples without the statistic, and is null when the data have none", () => {
    const rare = draws({ seeds: 1, items: [10] });
    const ratio = ({ items: [block] }: Draw): number => {
      const some = block!.filter((i) => i < 3);
      return sum(some) / some.length;
    };
    expect(crossedBootstrap(ratio, rare)!.mean).toBe(1);
    expect(crossedBootstrap(() => NaN, rare)).toBeNull();
    expect(
      crossedBootstrap((draw) => (draw === rare.whole ? 1 : NaN), rare),
    ).toBeNull();
  });
  it("throws RangeError without seeds, items or enough resamples", () => {
    expect(() => draws({ seeds: 0, items: [1] })).toThrow(
      "draws: seeds must be at least 1, got 0",
    );
    expect(() => draws({ seeds: 1, items: [] })).toThrow(
      "draws: items must be at least 1, got 0",
    );
    expect(() => draws({ seeds: 1, items: [1], resamples: 10 })).toThrow(
      "draws: resamples must be an integer of at least 100, got 10",
    );
  });
});
