import { describe, expect, test } from "vitest";
import { Random } from "../../../src/random.js";
import {
  disjointMean,
  electSigns,
  kthMagnitude,
  taskVector,
  ties,
  trim,
} from "../../../src/merge/index.js";
import { entries, randomModel, single, tensor, tuned } from "../fixture.js";

const vector = (...values: number[]): Map<string, Float32Array> =>
  new Map([["w", new Float32Array(values)]]);

describe("ties", () => {
  test("ties(base, experts) trims each task vector, elects signs by their sum, and averages what agrees", () => {
    // Thresholds are the second smallest magnitudes, 1 and 0.5: (1, 4, -3, 0) and (0.5, -5, -1, 0) stay.
    // Their sums are (1.5, -1, -4, 0), so 4 is outvoted.
    const result = ties(
      single(0, 0, 0, 0),
      [single(1, 4, -3, 0), single(0.5, -5, -1, 0.25)],
      { density: 0.5 },
    );
    expect(entries(result)).toEqual([0.75, -5, -2, 0]);
  });

  test("ties(base, experts) scales the merged task vector by lambda", () => {
    const result = ties(single(10, 10), [single(12, 11), single(14, 9)], {
      density: 1,
      lambda: 0.5,
    });
    // Sums are 6 and 0; the zero takes the model's sign, plus.
    expect(entries(result)).toEqual([11.5, 10.5]);
  });

  test("ties(base, experts) at density 1 keeps all entries", () => {
    expect(
      entries(ties(single(0, 0, 0), [single(1, 0.001, -7)], { density: 1 })),
    ).toEqual(entries(single(1, 0.001, -7)));
  });

  test("ties(base, experts) gives copies of one model their trimmed mean: the model itself at density 1", () => {
    const base = randomModel(1);
    const expert = tuned(base, 2);
    expect(ties(base, [expert, expert, expert], { density: 1 })).toEqual(
      expert,
    );
  });

  test("ties(base, experts) throws RangeError with the value for a density outside (0, 1]", () => {
    expect(() => ties(single(1), [single(2)], { density: 1.5 })).toThrow(
      new RangeError("ties: density must be in (0, 1], got 1.5"),
    );
  });
});

describe("trim", () => {
  test("trim(vector, density) sets one threshold for the whole model, not one per tensor", () => {
    const whole = new Map([
      ["a", new Float32Array([1, 2, 3, 4, 5])],
      ["b", new Float32Array([10, 20, -30, 40, 50])],
    ]);
    const trimmed = trim(whole, 0.4);
    expect([...trimmed.get("a")!]).toEqual([0, 0, 0, 0, 0]);
    // k = 6: the sixth smallest magnitude, 10, is the threshold and is kept.
    expect([...trimmed.get("b")!]).toEqual([10, 20, -30, 40, 50]);
  });

  test("trim(vector, density) keeps every entry that equals the threshold", () => {
    expect([...trim(vector(1, -1, 1, 2, 1), 0.2).get("w")!]).toEqual([
      1, -1, 1, 2, 1,
    ]);
  });

  test("trim(vector, density) keeps all when more entries are zero than are to be dropped", () => {
    expect([...trim(vector(0, 0, 0, 0, 1e-9), 0.2).get("w")!]).toEqual([
      ...vector(0, 0, 0, 0, 1e-9).get("w")!,
    ]);
  });

  test("trim(vector, density) drops trunc(n · (1 − density)) − 1 of n different entries, also where 1 − density is inexact", () => {
    for (const [n, density, kept] of [
      [10, 0.9, 10],
      [10, 0.8, 9],
      [10, 0.3, 4],
      [5, 0.2, 2],
      [3, 0.01, 2],
      [100, 0.57, 58],
    ] as const) {
      const values = Array.from({ length: n }, (_, i) => i + 1);
      expect(
        [...trim(vector(...values), density).get("w")!].filter(
          (value) => value !== 0,
        ),
        `${n} ${density}`,
      ).toHaveLength(kept);
    }
  });
});

describe("kthMagnitude", () => {
  test("kthMagnitude(arrays, k) equals sorting, for values of every scale, ties, zeros and subnormals", () => {
    const random = new Random(1, "kth");
    for (let round = 0; round < 5; round++) {
      const value = (): number =>
        random.pick([
          0,
          -0,
          1,
          -1,
          1e-45,
          random.normal() * 10 ** random.int(-40, 30),
        ]);
      const arrays = Array.from({ length: random.int(1, 4) }, () =>
        Float32Array.from({ length: random.int(1, 50) }, value),
      );
      const sorted = arrays
        .flatMap((array) => [...array.map(Math.abs)])
        .sort((a, b) => a - b);
      sorted.forEach((expected, i) =>
        expect(kthMagnitude(arrays, i + 1)).toBe(expected),
      );
    }
  });

  test("kthMagnitude(arrays, k) reads a view into a larger buffer", () => {
    expect(kthMagnitude([new Float32Array([9, 9, 1, 2]).subarray(2)], 2)).toBe(
      2,
    );
  });

  test("kthMagnitude(arrays, k) throws RangeError for k outside 1 … n", () => {
    for (const k of [0, 3, 1.5]) {
      expect(() => kthMagnitude([new Float32Array(2)], k)).toThrow(
        new RangeError(
          `kthMagnitude: k must be an integer in [1, 2], got ${k}`,
        ),
      );
    }
  });
});

describe("electSigns", () => {
  test("electSigns(vectors) takes the sign of the sum, not of the count", () => {
    expect([
      ...electSigns([vector(-5), vector(1), vector(2)], "majority").get("w")!,
    ]).toEqual([-1]);
  });

  test("electSigns(vectors, onZero) fills zero sums with the majority of the model, with 0 when it is balanced, or with plus", () => {
    const zeros = [vector(1, -2, -3, 0), vector(-1, 0, 0, 0)];
    expect([...electSigns(zeros, "majority").get("w")!]).toEqual([
      -1, -1, -1, -1,
    ]);
    expect([...electSigns(zeros, 1).get("w")!]).toEqual([1, -1, -1, 1]);
    expect([
      ...electSigns([vector(1, -1, 2), vector(0, 0, -2)], "majority").get("w")!,
    ]).toEqual([1, -1, 0]);
  });
});

describe("disjointMean", () => {
  test("disjointMean(vectors, signs) averages the agreeing values only, by weight", () => {
    const vectors = [vector(1, -2, 0), vector(3, 4, 0)];
    const signs = new Map([["w", Int8Array.of(1, 1, 1)]]);
    expect([...disjointMean(vectors, signs).get("w")!]).toEqual([2, 4, 0]);
    expect([...disjointMean(vectors, signs, () => [3, 1]).get("w")!]).toEqual([
      1.5, 4, 0,
    ]);
  });

  test("disjointMean(vectors, signs) gives 0 where the sign is 0", () => {
    expect([
      ...disjointMean(
        [vector(1), vector(-1)],
        new Map([["w", Int8Array.of(0)]]),
      ).get("w")!,
    ]).toEqual([0]);
  });
});

test("taskVector(base, expert) is the difference in float32", () => {
  const expert = new Map([["w", tensor([3, 0.1])]]);
  expect(taskVector(single(1, 0.3), expert)).toEqual(
    vector(2, Math.fround(Math.fround(0.1) - Math.fround(0.3))),
  );
});
