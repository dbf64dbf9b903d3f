/** The claims table: every claim of `data/claims.json` with what the study measured of it and the verdict that its rule gives. */
import {
  judgeClaim,
  readClaims,
  type Claim,
  type Verdict,
} from "../../report/index.js";
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
  return claims.map((claim) => {
    const found = numbers.find(
      (row) => row.claim === claim.id && row.measure === STATED,
    );
    return verdictRow(claim, found ?? missing(absent(claim.id)), seeds);
  });
}

// Tables show three digits, and rows of equal numbers should be equal bytes on every machine.
const round = (value: number): number => Number(value.toPrecision(6));

function verdictRow(
  claim: Claim,
  found: ClaimNumber,
  seeds: number,
): VerdictRow {
  const about = { id: claim.id, finding: claim.finding };
  if (found.value === null) {
    const reason = claim.untestable ?? found.why;
    const { verdict, why } = judgeClaim(
      { ...claim, untestable: reason },
      null,
      null,
    );
    const nothing = { value: null, low: null, high: null };
    return { ...about, ...nothing, verdict, why, note: null, seeds };
  }
  const value = round(found.value);
  const interval =
    found.low === null || found.high === null
      ? null
      : ([round(found.low), round(found.high)] as const);
  const { verdict, why } = judgeClaim(claim, value, interval);
  return {
    ...about,
    value,
    low: interval?.[0] ?? null,
    high: interval?.[1] ?? null,
    verdict,
    why,
    note: found.note,
    seeds,
  };
}
