import { expect, test } from "vitest";
import {
  MATRICES,
  MATRIX_LABELS,
  overlapTable,
  type OverlapRow,
} from "../../src/analysis/index.js";

test("overlapTable(rows, name) has one line per pair, then the means of the controls", () => {
  const rows = MATRICES.flatMap((kind, k) =>
    [
      ["math", "coding"],
      ["math", "agent"],
    ].map(([a, b], p): OverlapRow => {
      const jaccard = k + p / 10;
      const controls = { random: p, givenMagnitude: 2 * p, shuffled: k };
      const place = { a: a!, b: b!, kind, layer: 1, low: 0, high: 1 };
      const base = { storage: "fp32", eta: 0.01, seeds: 1 } as const;
      return { table: "overlap", ...base, ...place, ...controls, jaccard };
    }),
  );
  const line = (domains: string, value: (k: number) => number) => ({
    domains,
    ...Object.fromEntries(
      MATRICES.map((kind, k) => [MATRIX_LABELS[kind], value(k)]),
    ),
  });
  expect(overlapTable(rows, (name) => name.toUpperCase())).toEqual([
    line("MATH - CODING", (k) => k),
    line("MATH - AGENT", (k) => k + 0.1),
    line("random", () => 0.5),
    line("by size", () => 1),
    line("shuffled", (k) => k),
  ]);
});
