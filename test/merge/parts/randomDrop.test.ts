import { describe, expect, test } from "vitest";
import { method, type MergeOptions } from "../../../src/merge/index.js";
import {
  fillMasks,
  MASK,
} from "../../../src/merge/parts/sparsify/bernoulli.js";
import { key } from "../../../src/random.js";
import type { Params } from "../../../src/checkpoint/index.js";

const ROWS = 400;
const COLUMNS = 50;
const SIZE = ROWS * COLUMNS;

const model = (value: (i: number) => number): Params =>
  new Map([
    [
      "w",
      {
        dtype: "F32",
        shape: [ROWS, COLUMNS],
        data: Float32Array.from({ length: SIZE }, (_, i) => value(i)),
      },
    ],
  ]);
const base = model(() => 0);

const merged = (
  name: string,
  expert: Params,
  options: MergeOptions,
): number[] => [...method(name).merge(base, [expert], options).get("w")!.data];

/** Five standard errors of a fraction. */
const tolerance = (share: number, count: number): number =>
  5 * Math.sqrt((share * (1 - share)) / count);

describe("fillMasks", () => {
  const kept = (density: number, count: number, first = 0): boolean[] => {
    const masks = new Uint32Array(count / MASK);
    fillMasks(key(1, "masks"), density, first, masks);
    return Array.from(
      { length: count },
      (_, i) => ((masks[i >>> 5]! >>> (i & 31)) & 1) === 1,
    );
  };

  test.each([0.001, 0.2, 0.5, 1 / 3, 0.999])(
    "fillMasks keeps each entry with probability %d, whatever its neighbours",
    (density) => {
      const all = kept(density, 64_000);
      const share = all.filter(Boolean).length / all.length;
      expect(Math.abs(share - density)).toBeLessThan(
        tolerance(density, all.length),
      );
      const pairs = all.slice(1).filter((keep, i) => keep && all[i]).length;
      expect(Math.abs(pairs / all.length - density ** 2)).toBeLessThan(
        2 * tolerance(density ** 2, all.length),
      );
      for (const lane of [0, 7, 31]) {
        const column = all.filter((_, i) => i % 32 === lane);
        expect(
          Math.abs(column.filter(Boolean).length / column.length - density),
        ).toBeLessThan(tolerance(density, column.length));
      }
    },
  );

  test("fillMasks gives the same throws wherever it starts, and none are lost at density 1", () => {
    expect(kept(0.3, 640, 10)).toEqual(kept(0.3, 960).slice(320));
    expect(kept(1, 64).every(Boolean)).toBe(true);
  });
});

describe.each(["dareTaskArithmetic", "dareTies"])("mergekit's %s", (name) => {
  const expert = model((i) => (i % 2 === 0 ? 1 : -2));

  test.each([0.1, 0.5, 0.9])(
    "keeps a fraction of %d and the sum of magnitudes",
    (density) => {
      const values = merged(name, expert, {
        dialect: "mergekit",
        weights: 1,
        density,
        seed: 2,
      });
      const share = values.filter((value) => value !== 0).length / SIZE;
      expect(Math.abs(share - density)).toBeLessThan(tolerance(density, SIZE));
      const sum = values.reduce((total, value) => total + Math.abs(value), 0);
      expect(sum / SIZE).toBeCloseTo(1.5, 4);
    },
  );

  test("leaves task vectors of tiny norm as they are, and rescales nothing where it is told so", () => {
    const tiny = model(() => 1e-13);
    const options = { dialect: "mergekit", weights: 1, density: 0.5 } as const;
    expect(new Set(merged(name, tiny, options))).toEqual(
      new Set([0, Math.fround(1e-13)]),
    );
    expect(
      new Set(
        merged(name, expert, { ...options, rescale: false }).map((x) => x + 0),
      ),
    ).toEqual(new Set([0, 1, -2]));
  });
});

describe.each(["della", "dellaLinear"])("%s", (name) => {
  // In every row entry j has magnitude j + 1: its rank is j.
  const expert = model((i) => ((i % COLUMNS) + 1) * (i % 2 === 0 ? 1 : -1));
  const keptByRank = (options: MergeOptions): number[] => {
    const values = merged(name, expert, options);
    return Array.from(
      { length: COLUMNS },
      (_, rank) =>
        values.filter((value, i) => i % COLUMNS === rank && value !== 0)
          .length / ROWS,
    );
  };

  test.each([
    ["paper", 0.2, 0.2],
    ["mergekit", 0.2, 0.4],
  ] as const)(
    "in dialect %s keeps by rank, from the smallest to the largest of a row over a range of %d",
    (dialect, epsilon, range) => {
      const shares = keptByRank({ dialect, weights: 1, density: 0.4, epsilon });
      shares.forEach((share, rank) => {
        const chance = 0.4 + range * (rank / (COLUMNS - 1) - 0.5);
        expect(Math.abs(share - chance)).toBeLessThan(
          tolerance(chance, ROWS) + range / COLUMNS,
        );
      });
    },
  );

  test("in dialect paper keeps the expected task vector", () => {
    const values = merged(name, expert, { density: 0.5, seed: 4 });
    const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / SIZE;
    expect(Math.abs(mean - (COLUMNS + 1) / 2)).toBeLessThan(0.8);
  });

  test("in dialect mergekit keeps the sum of magnitudes", () => {
    const values = merged(name, expert, {
      dialect: "mergekit",
      weights: 1,
      density: 0.5,
    });
    const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / SIZE;
    expect(mean).toBeCloseTo((COLUMNS + 1) / 2, 3);
  });

  test("throws RangeError where probabilities leave (0, 1)", () => {
    expect(() => merged(name, expert, { density: 0.95, epsilon: 0.2 })).toThrow(
      new RangeError(
        "della: density ± epsilon / 2 must be in (0, 1), got 0.95 ± 0.1",
      ),
    );
    expect(() =>
      merged(name, expert, { dialect: "mergekit", weights: 1, density: 0.1 }),
    ).toThrow(
      new RangeError(
        "della: density ± epsilon must be in (0, 1), got 0.1 ± 0.15",
      ),
    );
  });
});
