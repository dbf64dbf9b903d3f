import { describe, expect, test } from "vitest";
import {
  combine,
  shiftJson,
  shiftJsonPieces,
  weightShift,
} from "../../src/analysis/index.js";
import { Random } from "../../src/random.js";
import type { Params } from "../../src/checkpoint/index.js";

const TENSORS = 6;

/** Models of small tensors that differ in a third of their entries. */
function model(seed: number): Params {
  const [same, own] = [new Random(1, "base"), new Random(seed, "own")];
  return new Map(
    Array.from({ length: TENSORS }, (_, t) => [
      `w.${t}`,
      {
        dtype: "F32",
        shape: [50 + t],
        data: Float32Array.from({ length: 50 + t }, () => {
          const value = same.next() - 0.5;
          return own.next() < 0.3 ? value * (1 + own.next() / 10) : value;
        }),
      },
    ]),
  );
}

describe("combine(tensors)", () => {
  const { tensors } = weightShift(model(1), { a: model(2), b: model(3) });

  test("adds in the order of the tensors, whatever was added before", () => {
    const all = combine(tensors);
    const steps = tensors
      .slice(1)
      .reduce<ReturnType<typeof combine>>(
        (sum, tensor) => combine([sum, tensor]),
        tensors[0]!,
      );
    // A projected cosine is a mean, not a sum.
    for (const { sums } of [all, steps])
      for (const pair of sums.pairs) pair.projected = null;
    expect(all).toEqual(steps);
    expect(all.sums.entries).toBe(50 * TENSORS + 15);
  });

  test("means the projected cosines over the tensors that have one", () => {
    const known = tensors.flatMap(({ sums }) => sums.pairs[0]!.projected ?? []);
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    expect(combine(tensors).sums.pairs[0]!.projected).toBeCloseTo(mean, 12);
  });

  test("leaves what it is given as it is", () => {
    const before = structuredClone(tensors);
    combine(tensors);
    expect(tensors).toEqual(before);
  });

  test("throws RangeError without tensors", () => {
    expect(() => combine([])).toThrow(
      new RangeError("combine: tensors must not be empty, got 0 tensors"),
    );
  });
});

describe("shiftJsonPieces(shift, models)", () => {
  const shift = weightShift(model(1), { a: model(2), b: model(3) });
  const models = { base: "base", experts: { a: "a", b: "b" } };

  test("are of one tensor each, and together what shiftJson says", () => {
    const pieces = [...shiftJsonPieces(shift, models)];
    expect(pieces).toHaveLength(TENSORS + 1);
    const text = pieces.join("");
    expect(text).toBe(shiftJson(shift, models));
    const { tensors, all } = JSON.parse(text) as {
      tensors: { name: string }[];
      all: { joint: { entries: number } };
    };
    expect(tensors.map(({ name }) => name)).toEqual(
      shift.tensors.map(({ name }) => name),
    );
    expect(all.joint.entries).toBe(50 * TENSORS + 15);
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  });
});
