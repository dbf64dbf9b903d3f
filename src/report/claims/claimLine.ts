/** A claim of the ledger with a measured number: the line that a notebook prints. */
import { claim, judgeClaim, type Claim } from "./claims.js";

/** The measure that the ledger itself asks for; any other is a control beside it. */
const STATED = "as stated";

/** The number of a claim, as the study's analysis writes it. */
export interface ClaimNumber {
  /** "as stated", or what a control measures instead. */
  measure: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Why there is no number. */
  why: string | null;
}

/**
 * The verdict on a claim from its measured number, with the paper's number beside it where it has one.
 *
 * @throws RangeError a number is not finite, or its interval is upside down
 * @example
 * claimLine(readClaims()[0], { measure: "as stated", value: -1, low: -2, high: 0, why: null })
 */
export function claimLine(
  ledger: Claim,
  { measure, value, low, high, why }: ClaimNumber,
): string {
  const found = judgeClaim(
    ledger,
    value,
    low === null || high === null ? null : [low, high],
  );
  const told = [
    `${measure}: ${value === null && why !== null ? why : found.why}`,
    // The paper has no controls.
    ...(ledger.paper === null || measure !== STATED
      ? []
      : [`paper ${ledger.paper}`]),
  ];
  return claim(ledger.statement, found.verdict, told.join("; "));
}
