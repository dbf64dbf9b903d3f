/** The claims table: every claim of `data/claims.json` with what the study measured of it and the verdict that its rule gives. */
import {
  judgeClaim,
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

function verdictRow(
  claim: Claim,
  found: ClaimNumber,
  seeds: number,
): VerdictRow {
  // Tables show three digits, and rows of equal numbers should be equal bytes on every machine.
  const short = (value: number | null): number | null => value && brief(value);
  const hasInterval = found.low !== null && found.high !== null;
  const value = short(found.value);
  const low = hasInterval && value !== null ? short(found.low) : null;
  const high = hasInterval && value !== null ? short(found.high) : null;
  const untestable =
    value === null ? (claim.untestable ?? found.why) : claim.untestable;
  return {
    id: claim.id,
    finding: claim.finding,
    value,
    low,
    high,
    ...judgeClaim({ ...claim, untestable }, value, [low, high]),
    note: value === null ? null : found.note,
    seeds,
  };
}
