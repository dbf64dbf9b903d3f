/** The projection to 256 dimensions is orthogonal and seeded. */
import { expect, test } from "vitest";
import { PROJECTED, projectionError } from "../../src/analysis/index.js";
import {
  addProjected,
  countRows,
  drawSlots,
  projectedDot,
  projectionKey,
} from "../../src/analysis/weights/projection.js";

/** The map of a tensor of `weights` entries, as a dense matrix of 256 rows. */
function matrix(weights: number, seed: number): Float64Array[] {
  const slots = new Uint16Array(weights);
  drawSlots(projectionKey(seed, "w"), 0, slots);
  const rows = new Float64Array(PROJECTED);
  countRows(slots, weights, rows);
  const dense = Array.from(
    { length: PROJECTED },
    () => new Float64Array(weights),
  );
  for (let j = 0; j < weights; j++) {
    const sums = new Float64Array(PROJECTED);
    const unit = Float64Array.of(1);
    addProjected(unit, slots.subarray(j), 0, 1, sums, 0);
    sums.forEach((value, r) => {
      if (value !== 0) dense[r]![j] = value / Math.sqrt(rows[r]!);
    });
  }
  return dense;
}

test("its rows are orthonormal", () => {
  const rows = matrix(4096, 1);
  for (let a = 0; a < PROJECTED; a++) {
    for (let b = a; b < PROJECTED; b++) {
      const dot = rows[a]!.reduce((sum, x, i) => sum + x * rows[b]![i]!, 0);
      if (Math.abs(dot - (a === b ? 1 : 0)) > 1e-12)
        expect.fail(`rows ${a} and ${b} have the product ${dot}`);
    }
  }
});

test("keeps inner products of vectors in the span of its rows", () => {
  const weights = 1000;
  const slots = new Uint16Array(weights);
  drawSlots(projectionKey(3, "w"), 0, slots);
  const rows = new Float64Array(PROJECTED);
  countRows(slots, weights, rows);
  const dense = matrix(weights, 3);
  const x = Float64Array.from(dense[5]!, (v, j) => 2 * v + dense[9]![j]!);
  const y = Float64Array.from(dense[5]!, (v, j) => v - 3 * dense[9]![j]!);
  const project = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(PROJECTED);
    addProjected(values, slots, 0, weights, sums, 0);
    return sums;
  };
  expect(projectedDot(project(x), project(y), rows)).toBeCloseTo(2 - 3, 12);
});

test("differs from seed to seed and from tensor to tensor", () => {
  const draw = (seed: number, tensor: string): string => {
    const slots = new Uint16Array(64);
    drawSlots(projectionKey(seed, tensor), 0, slots);
    return slots.join();
  };
  expect(draw(1, "a")).toBe(draw(1, "a"));
  expect(new Set([draw(1, "a"), draw(2, "a"), draw(1, "b")]).size).toBe(3);
});

test("adds an error of (1 − c²) / 16 to a cosine", () => {
  expect(projectionError(0)).toBe(0.0625);
  expect(projectionError(0.6)).toBeCloseTo(0.04, 12);
});
