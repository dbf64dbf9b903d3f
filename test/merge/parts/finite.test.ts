import { describe, expect, test } from "vitest";
import { single } from "../fixture.js";
import { taskArithmetic } from "../../../src/merge/index.js";
import {
  checkedInput,
  firstNonFinite,
} from "../../../src/merge/parts/finite.js";

describe("firstNonFinite", () => {
  test.each([
    [NaN, 0],
    [Infinity, 3],
    [-Infinity, 4],
    [-NaN, 1],
  ])("firstNonFinite finds %d at %d", (bad, at) => {
    const values = new Float32Array(5);
    values[at] = bad;
    expect(firstNonFinite(values)).toBe(at);
    expect(firstNonFinite(new Float32Array([9, ...values]).subarray(1))).toBe(
      at,
    );
  });

  test("firstNonFinite takes every finite value, the largest and the smallest included", () => {
    expect(
      firstNonFinite(
        Float32Array.of(0, -0, 1e-45, -1e-45, 3.4028234e38, -3.4028234e38),
      ),
    ).toBe(-1);
  });
});

test("a checked source checks each entry once, however often it is read", () => {
  const data = new Float32Array(10);
  const { experts } = checkedInput(
    {
      name: "w",
      shape: [10],
      length: 10,
      base: null,
      experts: [
        {
          length: 10,
          read: (start, out) =>
            out.set(data.subarray(start, start + out.length)),
        },
      ],
      ids: ["math"],
    },
    "ties",
  );
  const read = (start: number, count: number): void =>
    experts[0]!.read(start, new Float32Array(count));
  read(0, 5);
  data[2] = NaN;
  read(0, 5);
  data[7] = NaN;
  expect(() => read(5, 5)).toThrow(
    new RangeError(
      'ties: tensor "w" must be finite, got NaN at entry 7 in expert math',
    ),
  );
});

test("a merged value that float32 cannot hold is found and named", () => {
  const huge = single(0, 3e38);
  expect(() => taskArithmetic(single(0, 0), [huge, huge])).toThrow(
    new RangeError(
      'taskArithmetic: tensor "w" must be finite when merged, got Infinity at entry 1',
    ),
  );
});
