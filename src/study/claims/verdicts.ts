/** The claims table: every claim of `data/claims.json` with what the study measured of it and the verdict that its rule gives. */
import {
  judgeClaims,
  readClaims,
  type Claim,
  type Verdict,
} from "../../report/index.js";
import { brief } from "../rows/interval.js";
import {
  missing,
  STATED,
  type ClaimNumber,
  type ClaimRow,
} from "./claimRow.js";

/** One claim of the paper, measured and judged. */
export interface VerdictRow {
  /** As in `data/claims.json`, where statement, test, rule and threshold stand. */
  id: string;
  finding: string;
  /** The claim's quantity in its unit; null where it was not measured. */
  value: number | null;
  /** Ends of the 95 % interval; null where there is none. */
  low: number | null;
  high: number | null;
  verdict: Verdict;
  /** Why that is the verdict. */
  why: string;
  /** How surely the number lies on its side of the rule's edge, alone and by Holm among the claims of its finding; null without an interval. */
  p: number | null;
  adjusted: number | null;
  /** For an inconclusive claim, the distance from the edge that would have been found in four of five repetitions. */
  detectable: number | null;
  /** What the number rests on, where that is not the whole of what the claim's test names; otherwise null. */
  note: string | null;
  seeds: number;
}

/**
 * The claims table of a study: each claim's number by its declared test, and the verdict by its declared rule.
 *
 * A verdict is computed and never set: what cannot be measured is "not testable", with the reason.
 *
 * @param numbers  of all measures of the study
 * @param absent   why a claim that no measure of the study decides has no number
 * @param claims   default those of `data/claims.json`
 */
export function verdictRows(
  numbers: readonly ClaimRow[],
  seeds: number,
  absent: (claim: string) => string,
  claims: readonly Claim[] = readClaims(),
): VerdictRow[] {
  const measured = claims.map((claim) => {
    const found =
      numbers.find((row) => row.claim === claim.id && row.measure === STATED) ??
      missing(absent(claim.id));
    const own = roundedNumber(found);
    const untestable =
      own.value === null ? (claim.untestable ?? found.why) : claim.untestable;
    return { claim: { ...claim, untestable }, own, note: found.note };
  });
  const verdicts = judgeClaims(
    measured.map(({ claim }) => claim),
    measured.map(({ claim: { id }, own }) => ({ id, ...own })),
  );
  return measured.map(({ claim: { id, finding }, own, note }, i) => {
    const { verdict, why, p, adjusted, detectable } = verdicts[i]!;
    return {
      id,
      finding,
      ...own,
      verdict,
      why,
      p: short(p),
      adjusted: short(adjusted),
      detectable: short(detectable),
      note: own.value === null ? null : note,
      seeds,
    };
  });
}

// Tables show three digits, and rows of equal numbers should be equal bytes on every machine.
function short(value: number | null): number | null {
  return value && brief(value);
}

/** A number as the row shows it; half an interval is none. */
function roundedNumber(
  found: ClaimNumber,
): Pick<VerdictRow, "value" | "low" | "high"> {
  const hasInterval = found.low !== null && found.high !== null;
  const value = short(found.value);
  return {
    value,
    low: hasInterval && value !== null ? short(found.low) : null,
    high: hasInterval && value !== null ? short(found.high) : null,
  };
}
