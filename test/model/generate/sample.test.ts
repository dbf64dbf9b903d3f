import { expect, test } from "vitest";
import { sample } from "../../../src/model/index.js";

const row = Float32Array.of(0.1, 0.4, 0.4, 0.1);

test("sample(row, u) walks the cumulative distribution", () => {
  expect(
    [0, 0.09, 0.11, 0.49, 0.51, 0.89, 0.91, 0.9999999].map((u) =>
      sample(row, u),
    ),
  ).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test("sample with greedy takes the most likely token, the lowest among equals", () => {
  expect(sample(row, 0.99, { greedy: true })).toBe(1);
});

test("sample with topP never leaves the nucleus", () => {
  const seen = new Set(
    Array.from({ length: 100 }, (_, i) => sample(row, i / 100, { topP: 0.7 })),
  );
  expect([...seen].sort()).toEqual([1, 2]);
  expect(sample(row, 0.999, { topP: 0.3 })).toBe(1);
});

test("sample never returns a token of probability 0", () => {
  expect(sample(Float32Array.of(0, 1, 0), 0)).toBe(1);
  expect(sample(Float32Array.of(0, 1, 0), 1 - 2 ** -53)).toBe(1);
});

test.each([
  [
    [0.5, NaN],
    0.5,
    "probabilities must be finite and add up to more than 0, got a sum of NaN",
  ],
  [[0.5, 0.5], NaN, "u must be in [0, 1), got NaN"],
])("sample throws RangeError for %o and u = %d", (row, u, message) => {
  expect(() => sample(Float32Array.from(row), u)).toThrow(
    new RangeError(`sample: ${message}`),
  );
});
