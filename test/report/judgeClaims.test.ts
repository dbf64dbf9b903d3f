/** Verdicts of a whole table: every one of them comes out of some number, Holm counts within a finding, and what is undecided says what it would have found. */
import { describe, expect, test } from "vitest";
import {
  judgeClaims,
  readClaims,
  type Claim,
  type ClaimRule,
  type MeasuredClaim,
} from "../../src/report/index.js";
import { sideOf } from "../../src/report/claims/judgeClaims.js";

const ABOVE: ClaimRule = { kind: "above", threshold: 0 };
const WITHIN: ClaimRule = { kind: "within", low: -3, high: 3 };
const claim = (
  id: string,
  rule: ClaimRule,
  finding = "f",
  untestable: string | null = null,
): Claim => ({
  ...readClaims()[0]!,
  id,
  finding,
  rule,
  untestable,
});
const number = (id: string, low: number, high: number): MeasuredClaim => ({
  id,
  value: (low + high) / 2,
  low,
  high,
});

describe("sideOf(rule, low, high)", () => {
  test("is 5 % where the interval ends at the edge, whichever side, and less beyond", () => {
    expect(sideOf(ABOVE, 0, 2)).toBeCloseTo(0.05, 5);
    expect(sideOf({ kind: "below", threshold: 0 }, 0, 2)).toBeCloseTo(0.05, 5);
    expect(sideOf(WITHIN, -3, 2)).toBeCloseTo(0.05, 5);
    expect(sideOf(WITHIN, 3, 5)).toBeCloseTo(0.05, 5);
    expect(sideOf(WITHIN, -7, -3)).toBeCloseTo(0.05, 5);
    expect(sideOf(ABOVE, 1, 2)).toBeLessThan(0.001);
    expect(sideOf(ABOVE, -1, 1)).toBe(1);
    expect(sideOf(ABOVE, 1, 1)).toBe(0);
    expect(sideOf(ABOVE, 0, 0)).toBe(1);
  });
});

describe("judgeClaims(claims, numbers)", () => {
  test("comes to each verdict", () => {
    const claims = [
      claim("yes", ABOVE, "a"),
      claim("no", ABOVE, "b"),
      claim("open", ABOVE, "c"),
      claim("set", ABOVE, "d", "it is set by the study"),
      claim("unmeasured", WITHIN, "e"),
      claim("equal", WITHIN, "g"),
      claim("far", WITHIN, "h"),
    ];
    const found = judgeClaims(claims, [
      number("yes", 1, 3),
      number("no", -3, -1),
      number("open", -1, 3),
      number("set", 1, 3),
      { id: "unmeasured", value: null, low: null, high: null },
      number("equal", -2, 2),
      number("far", 4, 6),
    ]);
    expect(found.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["yes", "reproduced"],
      ["no", "contradicted"],
      ["open", "inconclusive"],
      ["set", "not testable"],
      ["unmeasured", "not testable"],
      ["equal", "reproduced"],
      ["far", "contradicted"],
    ]);
    expect(found[2]!.detectable).toBeCloseTo(2 * 1.4294, 3);
    expect(found[2]!.why).toBe(
      "1 [-1, 3] points lies only in part above 0; 2.86 points from the edge would have been found",
    );
    expect(found[0]).toMatchObject({ detectable: null });
    expect(found[4]).toMatchObject({
      p: null,
      adjusted: null,
      why: "it was not measured",
    });
  });
  test("corrects for the claims of a finding, of those that were measured, and of no other finding", () => {
    const claims = ["a", "b", "c"].map((id) => claim(id, ABOVE));
    const sure = number("a", 0.1, 2);
    const two = [number("b", 1, 2), number("c", -2, 2)];
    const [alone] = judgeClaims([claims[0]!], [sure]);
    expect(alone).toMatchObject({ verdict: "reproduced", adjusted: alone!.p });
    const [among, strong] = judgeClaims(claims, [sure, ...two]);
    expect(among!.adjusted).toBeCloseTo(2 * among!.p!, 10);
    expect(among).toMatchObject({ verdict: "inconclusive" });
    expect(among!.why).toContain("by Holm among the 3 claims of the finding");
    expect(strong!.verdict).toBe("reproduced");
    const unmeasured = { id: "c", value: null, low: null, high: null };
    expect(judgeClaims(claims.slice(0, 1), [sure])[0]!.verdict).toBe(
      "reproduced",
    );
    expect(
      judgeClaims([claims[0]!, claims[2]!], [sure, unmeasured])[0]!.verdict,
    ).toBe("reproduced");
    expect(
      judgeClaims(
        [claims[0]!, claim("d", ABOVE, "other")],
        [sure, number("d", -1, 1)],
      )[0]!.verdict,
    ).toBe("reproduced");
  });
  test("throws RangeError for a claim without a number", () => {
    expect(() => judgeClaims([claim("a", ABOVE)], [])).toThrow(
      'judgeClaims: every claim must have a number, got none for "a"',
    );
  });
});

test("no claim of the table is beyond failing: each rule has numbers for and against it", () => {
  for (const own of readClaims().filter(
    ({ untestable }) => untestable === null,
  )) {
    const { rule } = own;
    const edge =
      rule.kind === "within" ? (rule.low + rule.high) / 2 : rule.threshold;
    const verdicts = [-100, 0, 100].map((shift) => {
      const at = edge + shift;
      return judgeClaims([own], [number(own.id, at - 0.01, at + 0.01)])[0]!
        .verdict;
    });
    expect(verdicts, own.id).toContain("reproduced");
    expect(verdicts, own.id).toContain("contradicted");
  }
});
