/** Verdicts on all claims together: corrected for their number within a finding, and with what an undecided one would have found. */
import { detectable, holm, twoSided, studentT } from "../../stats/index.js";
import {
  judgeClaim,
  showDetectable,
  showValue,
  type Claim,
  type ClaimRule,
  type ClaimVerdict,
} from "./claims.js";

/** A claim's number as its study measured it. */
export interface MeasuredClaim {
  id: string;
  value: number | null;
  /** Ends of the 95 % interval; null where there is none. */
  low: number | null;
  high: number | null;
}

/** The verdict on one claim among those of its finding. */
export interface JudgedVerdict extends ClaimVerdict {
  id: string;
  /** Probability of an interval so far on its side of the rule's edge if the truth lay on the edge; null without an interval. */
  p: number | null;
  /** The same by Holm, among the claims of the finding that have one. */
  adjusted: number | null;
  /** For an inconclusive claim, the distance from the rule's edge that would have been found in four of five repetitions. */
  detectable: number | null;
}

/** Below it a verdict is said. */
const LEVEL = 0.05;

/**
 * How surely a number lies on its side of a rule's edge.
 *
 *   p = P(|Z| ≥ 1.96 · |centre − edge| / half),  centre and half of the 95 % interval; of a range, the larger inside and the nearer outside
 *
 * So p < 0.05 exactly where the interval decides by itself. The interval is taken as a normal one: with very few degrees of freedom
 * small p are too small.
 *
 * @example
 * sideOf({ kind: "above", threshold: 0 }, 1, 3) // 0.00009
 */
export function sideOf(rule: ClaimRule, low: number, high: number): number {
  const centre = (low + high) / 2;
  const half = (high - low) / 2;
  const at = (edge: number): number => {
    if (half === 0) return centre === edge ? 1 : 0;
    return twoSided(
      (studentT(0.975, Infinity) * (centre - edge)) / half,
      Infinity,
    );
  };
  if (rule.kind !== "within") return at(rule.threshold);
  if (centre < rule.low) return at(rule.low);
  if (centre > rule.high) return at(rule.high);
  return Math.max(at(rule.low), at(rule.high));
}

/**
 * The verdicts on some claims. Those of one finding are a family: a verdict that does not outlive Holm's correction among them is
 * inconclusive. Beside every inconclusive one stands the smallest distance from the rule's edge that would have been found.
 *
 * @param claims   all that were tested, since the correction counts them
 * @param numbers  one a claim
 * @throws RangeError a claim has no number
 * @example
 * judgeClaims(readClaims(), study.rows(hard, "claims"))[0].verdict
 */
export function judgeClaims(
  claims: readonly Claim[],
  numbers: readonly MeasuredClaim[],
): JudgedVerdict[] {
  const tested = claims.map((claim) => {
    const found = numbers.find(({ id }) => id === claim.id);
    if (!found)
      throw new RangeError(
        `judgeClaims: every claim must have a number, got none for "${claim.id}"`,
      );
    const { value, low, high } = found;
    const alone = judgeClaim(claim, value, [low, high]);
    const p =
      alone.verdict === "not testable" ? null : sideOf(claim.rule, low!, high!);
    return { claim, low, high, alone, p };
  });
  const adjusted = new Map<string, number>();
  const sizes = new Map<string, number>();
  for (const finding of new Set(claims.map((claim) => claim.finding))) {
    const family = tested.filter(
      ({ claim, p }) => claim.finding === finding && p !== null,
    );
    sizes.set(finding, family.length);
    holm(family.map(({ p }) => p!)).forEach((value, i) =>
      adjusted.set(family[i]!.claim.id, value),
    );
  }
  return tested.map(({ claim, low, high, alone, p }): JudgedVerdict => {
    const { id, finding, unit } = claim;
    if (p === null)
      return { id, ...alone, p, adjusted: null, detectable: null };
    const own = adjusted.get(id)!;
    const isUndecided = alone.verdict === "inconclusive" || own >= LEVEL;
    if (!isUndecided)
      return { id, ...alone, p, adjusted: own, detectable: null };
    const found = detectable({ low: low!, high: high! });
    return {
      id,
      verdict: "inconclusive",
      why:
        alone.verdict === "inconclusive"
          ? alone.why
          : `${alone.why}, but p = ${showValue(own)} by Holm among the ${sizes.get(finding)} claims of the finding; ` +
            showDetectable(found, unit),
      p,
      adjusted: own,
      detectable: found,
    };
  });
}
