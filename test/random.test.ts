import { describe, expect, test } from "vitest";
import {
  fillUniform,
  fillWords,
  key,
  Random,
  threefry,
  uniform,
} from "../src/random.js";

describe("threefry", () => {
  // Known answers of the Random123 distribution, threefry2x32 with 20 rounds.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])("threefry gives the published answer for key %s", (k, c, expected) => {
    expect(threefry({ k0: k[0]!, k1: k[1]! }, c[0]!, c[1]!)).toEqual(expected);
  });
});

describe("uniform", () => {
  test("uniform(key, index) depends on nothing but its arguments", () => {
    const k = key(1, "a");
    const forward = [0, 1, 2].map((i) => uniform(k, i));
    const backward = [2, 1, 0].map((i) => uniform(k, i)).reverse();
    expect(forward).toEqual(backward);
  });

  test("streams, seeds and indices above 2³² give other numbers", () => {
    const values = [
      uniform(key(1, "a"), 0),
      uniform(key(1, "b"), 0),
      uniform(key(2, "a"), 0),
      uniform(key(1, "a"), 2 ** 32),
    ];
    expect(new Set(values).size).toBe(4);
  });

  test("a seed that is no safe integer is refused", () => {
    expect(() => key(1.5)).toThrow("key: seed must be a safe integer, got 1.5");
  });
});

describe("fillWords and fillUniform", () => {
  const starts = [0, 5, 2 ** 32 - 3, 2 ** 40 + 1];

  test.each(starts)(
    "fillWords from block %d gives the words of threefry",
    (first) => {
      const k = key(3, "bulk");
      const words = new Uint32Array(20);
      fillWords(k, first, words);
      for (let i = 0; i < 10; i++) {
        const counter = first + i;
        expect([words[2 * i], words[2 * i + 1]]).toEqual(
          threefry(k, counter >>> 0, Math.floor(counter / 2 ** 32)),
        );
      }
    },
  );

  test.each(starts)(
    "fillUniform from number %d gives the numbers of uniform",
    (first) => {
      const k = key(3, "bulk");
      const numbers = new Float64Array(2500);
      fillUniform(k, first, numbers);
      numbers.forEach((number, i) =>
        expect(number).toBe(uniform(k, first + i)),
      );
    },
  );
});

describe("Random", () => {
  test("numbers are uniform: mean 1/2, variance 1/12, all sixteenths hit alike", () => {
    const random = new Random(3, "moments");
    const values = Array.from({ length: 20000 }, () => random.next());
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance =
      values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    const bins = new Array<number>(16).fill(0);
    for (const value of values) bins[Math.floor(value * 16)]!++;
    expect(Math.max(...bins.map((n) => Math.abs(n - 1250)))).toBeLessThan(150);
  });

  test("int covers both ends, shuffle keeps the elements, sample draws without replacement", () => {
    const random = new Random(4);
    const ints = new Set(Array.from({ length: 200 }, () => random.int(-1, 2)));
    expect([...ints].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    expect(random.shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
    expect(new Set(random.sample([1, 2, 3, 4, 5], 5)).size).toBe(5);
    expect(() => random.sample([1], 2)).toThrow(
      "sample: count must be at most 1, got 2",
    );
    expect(() => random.pick([])).toThrow(
      "pick: list must not be empty, got 0 items",
    );
  });

  test("normal numbers have mean 0 and variance 1", () => {
    const random = new Random(5);
    const values = Array.from({ length: 20000 }, () => random.normal());
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(values.reduce((a, b) => a + b * b, 0) / values.length).toBeCloseTo(
      1,
      1,
    );
  });
});
