import { describe, expect, test } from "vitest";
import {
  type Claim,
  type ClaimControl,
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

  test("puts controls under their claim, judged by its rule", () => {
    const control = (
      id: string,
      measure: string,
      ends: [number, number] | null,
    ): ClaimControl => ({
      claim: id,
      measure,
      value: ends === null ? null : (ends[0] + ends[1]) / 2,
      low: ends?.[0] ?? null,
      high: ends?.[1] ?? null,
      why: ends === null ? "nobody judged" : null,
    });
    const lines = claimTable(claims, rows, [
      control("two", "balanced accuracy", null),
      control("one", "balanced accuracy", [4, 6]),
      control("one", "without the mixed run", [2, 6]),
    ]);
    expect(lines.map(({ statement }) => statement)).toEqual([
      "one holds",
      "… control: balanced accuracy",
      "… control: without the mixed run",
      "two holds",
      "… control: balanced accuracy",
      "three holds",
    ]);
    expect(lines[1]).toEqual({
      statement: "… control: balanced accuracy",
      test: "",
      "reproduced if": "within [-3, 3]",
      paper: "",
      ours: "5 [4, 6]",
      verdict: "contradicted",
    });
    expect(lines[2]!["verdict"]).toBe("inconclusive");
    expect(lines[4]).toMatchObject({
      ours: "(nobody judged)",
      verdict: "not testable",
    });
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
