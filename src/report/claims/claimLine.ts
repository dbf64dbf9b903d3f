/** A claim with its measured numbers: the line that a notebook prints. */
import { detectable } from "../../stats/index.js";
import { showEstimate, type Estimate } from "../table.js";
import {
  claim,
  judgeClaim,
  readClaims,
  showDetectable,
  type Claim,
  type ClaimRule,
} from "./claims.js";

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

/**
 * The line of a claim that one interval or several decide, which must all lie where the rule puts them: contradicted where one of them
 * lies outside, else inconclusive, with what the widest of those that are open would have found.
 *
 * @param estimates  what is measured, by its name; each with an interval
 * @param options    unit: of the numbers, default "points" · digits: decimals, default 1
 * @throws RangeError there is no estimate, one has no interval, or its interval is upside down
 * @example
 * estimatesLine("it helps", { "A − B": { mean: 2, low: -1, high: 5 } }, { kind: "above", threshold: 0 })
 * // "inconclusive: it helps (A − B +2.0 ± 3.0 points; 4.29 points from the edge would have been found)"
 */
export function estimatesLine(
  statement: string,
  estimates: Readonly<Record<string, Estimate>>,
  rule: ClaimRule,
  { unit = "points", digits = 1 }: { unit?: string; digits?: number } = {},
): string {
  const judged = Object.entries(estimates).map(([name, estimate]) => {
    const { mean, low, high } = estimate;
    if (low === undefined || high === undefined)
      throw new RangeError(
        `estimatesLine: every estimate must have an interval, got none for ${JSON.stringify(name)}`,
      );
    const asked = { rule, unit, untestable: null };
    const { verdict } = judgeClaim(asked, mean, [low, high]);
    const text = `${name} ${showEstimate(estimate, { digits, signed: true })}`;
    return { verdict, text, seen: detectable({ low, high }) };
  });
  if (judged.length === 0)
    throw new RangeError("estimatesLine: estimates must not be empty");
  const open = judged.filter(({ verdict }) => verdict === "inconclusive");
  const told = `${judged.map(({ text }) => text).join(", ")} ${unit}`;
  if (judged.some(({ verdict }) => verdict === "contradicted"))
    return claim(statement, "contradicted", told);
  if (open.length === 0) return claim(statement, "reproduced", told);
  const seen = Math.max(...open.map((row) => row.seen));
  return claim(
    statement,
    "inconclusive",
    `${told}; ${showDetectable(seen, unit)}`,
  );
}
