/** The ledger: every claim of `data/claims.json` with what the study measured of it and the verdict that its rule gives. */
import {
  judgeClaim,
  readClaims,
  type Claim,
  type Verdict,
} from "../../report/index.js";
import { behaviourMeasurements } from "./behaviour.js";
import type { ClaimData } from "./data.js";
import { interferenceClaims } from "./interference.js";
import type { Measured, Measurements } from "./measured.js";
import { mixingClaims } from "./mixing.js";
import { weightClaims } from "./weights.js";

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

/** All measurements of the ledger, by claim. */
export function measureClaims(data: ClaimData): Measurements {
  return {
    ...mixingClaims(data),
    ...interferenceClaims(data),
    ...weightClaims(data),
    ...behaviourMeasurements(data),
  };
}

/**
 * The ledger of a study: each claim's number by its declared test, and the verdict by its declared rule.
 *
 * A verdict is computed and never set: what cannot be measured is "not testable", with the reason.
 *
 * @param claims  default those of `data/claims.json`
 */
export function verdictRows(
  data: ClaimData,
  claims: readonly Claim[] = readClaims(),
): VerdictRow[] {
  const measurements = measureClaims(data);
  return claims.map((claim) => {
    const found = measurements[claim.id];
    if (found === undefined)
      throw new Error(`internal: nothing measures the claim "${claim.id}"`);
    return verdictRow(claim, found, data.seeds.length);
  });
}

// Tables show three digits, and rows of equal numbers should be equal bytes on every machine.
const round = (value: number): number => Number(value.toPrecision(6));

function verdictRow(claim: Claim, found: Measured, seeds: number): VerdictRow {
  const about = { id: claim.id, finding: claim.finding };
  if ("missing" in found) {
    const { verdict, why } = judgeClaim(
      { ...claim, untestable: claim.untestable ?? found.missing },
      null,
      null,
    );
    const nothing = { value: null, low: null, high: null };
    return { ...about, ...nothing, verdict, why, note: null, seeds };
  }
  const value = round(found.value);
  const interval =
    found.interval &&
    ([round(found.interval[0]), round(found.interval[1])] as const);
  const { verdict, why } = judgeClaim(claim, value, interval);
  return {
    ...about,
    value,
    low: interval?.[0] ?? null,
    high: interval?.[1] ?? null,
    verdict,
    why,
    note: found.note ?? null,
    seeds,
  };
}
