/** A claim of the table with a measured number: the line that a notebook prints. */
import { claim, judgeClaim, readClaims, type Claim } from "./claims.js";

/** The measure that the claim's own test asks for; any other is a control beside it. */
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
  stated: Claim,
  { measure, value, low, high, why }: ClaimNumber,
): string {
  const found = judgeClaim(stated, value, [low, high]);
  const told = [
    `${measure}: ${value === null && why !== null ? why : found.why}`,
    // The paper has no controls.
    ...(stated.paper === null || measure !== STATED
      ? []
      : [`paper ${stated.paper}`]),
  ];
  return claim(stated.statement, found.verdict, told.join("; "));
}

/**
 * The lines of some claims, each with its controls below it.
 *
 * @param numbers  of any claims, as the study's rows "claimNumbers"
 * @param ids      claims in question; they are shown in the order of `data/claims.json`
 * @example
 * claimLines([{ claim: "mix-matches-merge", measure: "as stated", value: 0.2, low: -1, high: 1.5, why: null }], ["mix-matches-merge"])
 */
export function claimLines(
  numbers: readonly (ClaimNumber & { claim: string })[],
  ids: readonly string[],
): string[] {
  return readClaims()
    .filter(({ id }) => ids.includes(id))
    .flatMap((stated) =>
      numbers
        .filter((number) => number.claim === stated.id)
        .map((number) => claimLine(stated, number)),
    );
}
