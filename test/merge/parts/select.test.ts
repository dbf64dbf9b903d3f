import { describe, expect, test } from "vitest";
import { arraySource } from "../../../src/merge/inMemory.js";
import { keepRanks } from "../../../src/merge/parts/sparsify/keepLargest.js";
import { rankMagnitudes } from "../../../src/merge/parts/sparsify/rankMagnitudes.js";
import { selectMagnitudes } from "../../../src/merge/parts/sparsify/select.js";
import { sparsified } from "../../../src/merge/parts/sparsify/sparsify.js";
import { walk, type Walk } from "../../../src/merge/parts/walk.js";
import { Random } from "../../../src/random.js";

const over = (...models: Float32Array[]): Walk =>
  walk(
    {
      name: "w",
      shape: [models[0]!.length],
      length: models[0]!.length,
      base: null,
      experts: models.map(arraySource),
      ids: models.map((_, m) => `${m}`),
    },
    { chunk: 2 ** 16 },
  );

/** Values of every scale, with ties, zeros of both signs and subnormals. */
function mixed(seed: number, length: number): Float32Array {
  const random = new Random(seed, "mixed");
  return Float32Array.from({ length }, () =>
    random.pick([
      0,
      -0,
      1,
      -1,
      1e-45,
      random.normal() * 10 ** random.int(-40, 30),
    ]),
  );
}

const magnitudes = (values: Float32Array): Float32Array =>
  values.map(Math.abs).sort();

describe("selectMagnitudes", () => {
  test("selectMagnitudes(vectors, ranks) gives what sorting gives, for every rank", () => {
    const models = [mixed(1, 90), mixed(2, 90)];
    const ranks = models.map(() => Array.from({ length: 90 }, (_, i) => i + 1));
    const cuts = selectMagnitudes(over(...models), ranks);
    models.forEach((values, m) => {
      const sorted = magnitudes(values);
      cuts[m]!.forEach(({ magnitude, below, equal }, i) => {
        expect(magnitude).toBe(sorted[i]);
        expect(below).toBe(sorted.filter((x) => x < magnitude).length);
        expect(equal).toBe(sorted.filter((x) => x === magnitude).length);
      });
    });
  });

  test.each([4096, 4097])(
    "selectMagnitudes finds ranks of %d entries, sorted or counted",
    (length) => {
      const values = mixed(5, length);
      const sorted = magnitudes(values);
      const ranks = [1, 2, 1000, 3000, length - 1, length];
      const [cuts] = selectMagnitudes(over(values), [ranks]);
      expect(cuts!.map(({ magnitude }) => magnitude)).toEqual(
        ranks.map((rank) => sorted[rank - 1]),
      );
      for (const { magnitude, below, equal } of cuts!) {
        expect(below).toBe(sorted.findIndex((x) => x >= magnitude));
        expect(equal).toBe(sorted.filter((x) => x === magnitude).length);
      }
    },
  );

  test("selectMagnitudes looks at a small tensor once", () => {
    let read = 0;
    const vectors = over(mixed(1, 64), mixed(2, 64));
    const counted: Walk = {
      ...vectors,
      each: (visit, pieces) =>
        vectors.each((start, base, models) => {
          read += base.length;
          visit(start, base, models);
        }, pieces),
    };
    selectMagnitudes(counted, [[10], [20, 60]]);
    expect(read).toBe(64);
  });

  // Tensors of over 2²⁰ entries are sampled first.
  const LARGE = 2 ** 20 + 4321;
  const large = (seed: number): Float32Array => {
    const random = new Random(seed, "large");
    return Float32Array.from({ length: LARGE }, () => random.next() - 0.5);
  };

  test.each([
    ["values without order", (i: number, x: number): number => x + 0 * i],
    ["values that grow along the tensor", (i: number): number => i],
    ["many equal values", (_: number, x: number): number => Math.round(4 * x)],
    ["mostly zeros", (i: number, x: number): number => (i % 5 === 0 ? x : 0)],
    [
      "a sample that misleads: one value here, far larger ones there",
      (i: number, x: number): number => (i < LARGE / 5 ? x : 1e20 * x),
    ],
  ])("selectMagnitudes finds ranks of a large tensor with %s", (_, change) => {
    const values = large(3).map((x, i) => change(i, x));
    const sorted = magnitudes(values);
    const ranks = [
      1,
      2,
      Math.trunc(LARGE * 0.2),
      Math.trunc(LARGE * 0.8),
      LARGE,
    ];
    const found = selectMagnitudes(over(values), [ranks])[0]!;
    expect(found.map(({ magnitude }) => magnitude)).toEqual(
      ranks.map((rank) => sorted[rank - 1]),
    );
  });
});

describe("keepRanks", () => {
  function kept(values: Float32Array, first: number, last: number): number[] {
    const vectors = over(values);
    const keep = keepRanks(vectors, [{ first, last }]);
    const out: number[] = [];
    sparsified(vectors, keep).each((_start, _base, [block]) => {
      out.push(...block!);
    });
    return out.map((value) => value + 0);
  }

  test("keepRanks(vectors, ranks) keeps exactly so many entries, and of equal magnitudes the first", () => {
    const values = Float32Array.of(2, -1, 1, -2, 2, 3, 0);
    // Sorted: 0 1 1 2 2 2 3.
    expect(kept(values, 5, 7)).toEqual([2, 0, 0, 0, 0, 3, 0]);
    expect(kept(values, 2, 5)).toEqual([2, -1, 0, -2, 0, 0, 0]);
    expect(kept(values, 3, 5)).toEqual([2, 0, 0, -2, 0, 0, 0]);
    expect(kept(values, 0, 7)).toEqual([...values]);
    expect(kept(values, 4, 4).every((value) => value === 0)).toBe(true);
  });

  test("keepRanks keeps the same entries as sorting, over many tensors with ties", () => {
    const random = new Random(4, "ranks");
    for (let round = 0; round < 60; round++) {
      const length = random.int(1, 40);
      const values = Float32Array.from({ length }, () => random.int(-4, 4));
      const first = random.int(0, length);
      const last = random.int(first, length);
      const sorted = magnitudes(values);
      const wanted = [...sorted.subarray(first, last)];
      const keep = [...values].map((value) => {
        const place = wanted.indexOf(Math.abs(value));
        if (place >= 0) wanted.splice(place, 1);
        return place >= 0 ? value : 0;
      });
      expect(kept(values, first, last)).toEqual(keep.map((x) => x + 0));
    }
  });

  test("a second walk keeps the same entries as the first", () => {
    const vectors = over(Float32Array.from({ length: 9000 }, (_, i) => i % 7));
    const keep = keepRanks(vectors, [{ first: 5000, last: 9000 }]);
    const walkOnce = (): number[] => {
      const out: number[] = [];
      sparsified(vectors, keep).each((_s, _b, [block]) => {
        out.push(...block!);
      });
      return out;
    };
    expect(walkOnce()).toEqual(walkOnce());
    expect(walkOnce().filter((value) => value !== 0)).toHaveLength(4000);
  });
});

describe("rankMagnitudes", () => {
  const normal = (length: number): Float32Array => {
    const random = new Random(length, "normal");
    return Float32Array.from({ length }, () => random.normal());
  };
  test.each<[string, number, (length: number) => Float32Array]>([
    ["of every scale", 1, (length) => mixed(length, length)],
    ["of every scale", 50, (length) => mixed(length, length)],
    ["of every scale", 3000, (length) => mixed(length, length)],
    ["that are normal", 50, normal],
    ["that are normal", 3000, normal],
    ["with many ties", 3000, (length) => normal(length).map(Math.round)],
    [
      "close together",
      3000,
      (length) => normal(length).map((x) => 1 + x / 1e4),
    ],
    ["all equal", 2000, (length) => new Float32Array(length).fill(-3)],
    ["all zero", 2000, (length) => new Float32Array(length)],
  ])(
    "rankMagnitudes ranks values %s, %d of them, as a stable sort by magnitude does",
    (_, length, make) => {
      const values = make(length);
      const ranks = new Int32Array(length);
      rankMagnitudes(length)(values, ranks);
      const order = [...values.keys()].sort(
        (i, j) => Math.abs(values[i]!) - Math.abs(values[j]!) || i - j,
      );
      const expected = new Int32Array(length);
      order.forEach((index, rank) => (expected[index] = rank));
      expect(ranks).toEqual(expected);
    },
  );
});
