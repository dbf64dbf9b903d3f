import { describe, expect, test } from "vitest";
import {
  type Claim,
  claimCounts,
  claimTable,
  type JudgedClaim,
  markdownTable,
} from "../../src/report/index.js";

const claim = (id: string, finding: string, rest: object = {}): Claim => ({
  id,
  finding,
  statement: `${id} holds`,
  source: ["§3.2"],
  test: "a mean",
  quantity: "a − b",
  unit: "points",
  rule: { kind: "within", low: -3, high: 3 },
  threshold: "3 points",
  paper: -0.18,
  untestable: null,
  ...rest,
});
const claims = [
  claim("one", "first"),
  claim("two", "first", { rule: { kind: "above", threshold: 0 }, paper: null }),
  claim("three", "second"),
];
const judged = (id: string, rest: Partial<JudgedClaim>): JudgedClaim => ({
  id,
  value: 1.234,
  low: -0.5,
  high: 2.987,
  verdict: "reproduced",
  why: "it lies there",
  note: null,
  ...rest,
});
const rows = [
  judged("two", {
    low: null,
    high: null,
    verdict: "not testable",
    why: "no interval",
  }),
  judged("one", { note: "of two domains" }),
  judged("three", {
    value: null,
    low: null,
    high: null,
    verdict: "not testable",
    why: "nothing was merged",
  }),
];

describe("claimTable(claims, judged)", () => {
  const table = claimTable(claims, rows);

  test("shows number and interval with three digits, in the order of the claims, with what limits it", () => {
    expect(table[0]).toEqual({
      statement: "one holds",
      test: "a − b (points): a mean",
      "reproduced if": "within [-3, 3]",
      paper: "-0.18",
      ours: "1.23 [-0.5, 2.99] (of two domains)",
      verdict: "reproduced",
    });
  });

  test("gives the reason where nothing, or no interval, was measured", () => {
    expect(table[1]!["ours"]).toBe("1.23 (no interval)");
    expect(table[1]!["paper"]).toBe("");
    expect(table[2]!["ours"]).toBe("(nothing was merged)");
  });

  test("throws RangeError when a claim was not judged", () => {
    expect(() => claimTable([claim("four", "second")], rows)).toThrow(
      new RangeError(
        'claimTable: every claim must be judged, got none for "four"',
      ),
    );
  });
});

test("claimCounts(claims, judged) counts verdicts by finding and over all", () => {
  expect(markdownTable(claimCounts(claims, rows))).toBe(
    [
      "| finding | claims | reproduced | contradicted | inconclusive | not testable |",
      "| --- | --- | --- | --- | --- | --- |",
      "| first | 2 | 1 |  |  | 1 |",
      "| second | 1 |  |  |  | 1 |",
      "| all | 3 | 1 |  |  | 2 |",
    ].join("\n"),
  );
});
