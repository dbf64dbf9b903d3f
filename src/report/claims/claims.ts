/** The paper's claims: each with its test, its rule and its threshold, and how a verdict follows from a number. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { detectable } from "../../stats/index.js";

/**
 * What a test says of a claim. "contradicted" is said only when the interval excludes the claim; an interval that leaves both
 * open is "inconclusive"; "not testable" needs a reason.
 */
export type Verdict =
  "reproduced" | "contradicted" | "inconclusive" | "not testable";

/** Where the interval must lie for the claim to be reproduced. */
export type ClaimRule =
  | { kind: "above"; threshold: number }
  | { kind: "below"; threshold: number }
  | { kind: "within"; low: number; high: number };

/** One statement of the paper that one number decides; it holds no verdict, since that comes from a computation. */
export interface Claim {
  id: string;
  /** Finding of the paper to which it belongs; a finding may need several claims. */
  finding: string;
  statement: string;
  /** Sections, tables and figures of the paper. */
  source: string[];
  /** How the number and its interval are measured. */
  test: string;
  /** What the number is. */
  quantity: string;
  unit: string;
  rule: ClaimRule;
  /** Why the rule has its threshold; written before the number was known. */
  threshold: string;
  /** The same number from the paper's own tables, where they hold it. */
  paper: number | null;
  /** Why it cannot be tested at nano scale; null where it can. */
  untestable: string | null;
}

/** A verdict with the reason for it. */
export interface ClaimVerdict {
  verdict: Verdict;
  why: string;
}

const FIELDS: Readonly<Record<keyof Claim, (value: unknown) => boolean>> = {
  id: isText,
  finding: isText,
  statement: isText,
  source: (value) =>
    Array.isArray(value) && value.length > 0 && value.every(isText),
  test: isText,
  quantity: isText,
  unit: isText,
  rule: isRule,
  threshold: isText,
  paper: (value) => value === null || Number.isFinite(value),
  untestable: (value) => value === null || isText(value),
};

/**
 * All claims of `data/claims.json`, in the order of the paper's findings.
 *
 * @throws TypeError a claim lacks a field, has one too many, or one of a wrong kind; or two have one id
 * @example
 * readClaims()[0].id // "mix-matches-merge"
 */
export function readClaims(): Claim[] {
  const path = fileURLToPath(
    new URL("../../../data/claims.json", import.meta.url),
  );
  return parseClaims(readFileSync(path, "utf8"));
}

/**
 * The claims in a JSON text.
 *
 * @throws SyntaxError the text is not JSON · TypeError as for `readClaims`
 * @internal
 */
export function parseClaims(json: string): Claim[] {
  const claims: unknown = JSON.parse(json);
  if (!Array.isArray(claims))
    throw new TypeError("parseClaims: claims must be a list");
  for (const [i, claim] of claims.entries()) checkClaim(claim, i);
  const ids = (claims as Claim[]).map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined)
    throw new TypeError(`parseClaims: ids must differ, got "${twice}" twice`);
  return claims as Claim[];
}

/**
 * The verdict on a claim from its number and the interval of it.
 *
 *   above t:       reproduced if low > t,                contradicted if high < t
 *   below t:       reproduced if high < t,               contradicted if low > t
 *   within [a, b]: reproduced if a ≤ low and high ≤ b,   contradicted if high < a or low > b
 *
 * and inconclusive otherwise; the reason then says how far from the rule's edge a number would have been found. A claim with a reason why
 * it is untestable, a number that was not measured, or one without an interval is not testable.
 *
 * @param value     the claim's quantity in its unit, null where it was not measured
 * @param interval  95 % interval of it; null, or with ends that are null, where there is none
 * @throws RangeError a number is not finite or the interval is upside down
 * @example
 * judgeClaim(readClaims()[0], -1.1, [-2.1, -0.1]).verdict // "reproduced": within 3 points
 */
export function judgeClaim(
  claim: Pick<Claim, "rule" | "unit" | "untestable">,
  value: number | null,
  interval: readonly [number | null, number | null] | null,
): ClaimVerdict {
  const { rule, unit, untestable } = claim;
  if (untestable !== null) return { verdict: "not testable", why: untestable };
  if (value === null)
    return { verdict: "not testable", why: "it was not measured" };
  const [low, high] = interval ?? [null, null];
  if (low === null || high === null)
    return {
      verdict: "not testable",
      why: `${showValue(value)} ${unit} has no interval`,
    };
  if (![value, low, high].every(Number.isFinite) || low > high)
    throw new RangeError(
      `judgeClaim: value and interval must be finite and in order, got ${value} in [${low}, ${high}]`,
    );
  const verdict = verdictOf(rule, low, high);
  const place = { reproduced: "lies", contradicted: "does not lie" };
  const isOpen = verdict === "inconclusive";
  const says = isOpen ? "lies only in part" : place[verdict];
  const seen = isOpen
    ? `; ${showDetectable(detectable({ low, high }), unit)}`
    : "";
  return {
    verdict,
    why: `${showValue(value)} [${showValue(low)}, ${showValue(high)}] ${unit} ${says} ${showRule(rule)}${seen}`,
  };
}

/** What must stand beside everything that is inconclusive: how large a distance from the rule's edge would not have been missed. */
export function showDetectable(distance: number, unit: string): string {
  return `${showValue(distance)} ${unit} from the edge would have been found`;
}

function verdictOf(
  rule: ClaimRule,
  low: number,
  high: number,
): "reproduced" | "contradicted" | "inconclusive" {
  const [holds, fails] =
    rule.kind === "above"
      ? [low > rule.threshold, high < rule.threshold]
      : rule.kind === "below"
        ? [high < rule.threshold, low > rule.threshold]
        : [
            low >= rule.low && high <= rule.high,
            high < rule.low || low > rule.high,
          ];
  if (holds) return "reproduced";
  return fails ? "contradicted" : "inconclusive";
}

/**
 * One line that says what a test says of a claim, with the numbers that decide it. A claim that fails is a finding, so nothing
 * is thrown.
 *
 * @param statement  the claim, without a period
 * @param holds      a verdict; or true, false ("not reproduced": the claim's own words fail, with no interval that excludes
 *                   them), or null ("not testable")
 * @param evidence   the numbers
 * @example
 * claim("TIES beats the best expert", 65.4 > 55.1, "65.4 against 55.1")
 * // "reproduced: TIES beats the best expert (65.4 against 55.1)"
 */
export function claim(
  statement: string,
  holds: Verdict | boolean | null,
  evidence: string,
): string {
  const verdict =
    typeof holds === "string"
      ? holds
      : holds === null
        ? "not testable"
        : holds
          ? "reproduced"
          : "not reproduced";
  return `${verdict}: ${statement} (${evidence})`;
}

function checkClaim(claim: unknown, place: number): void {
  if (typeof claim !== "object" || claim === null)
    throw new TypeError(`parseClaims: claim ${place} must be an object`);
  const fields = claim as Record<string, unknown>;
  const name = isText(fields["id"]) ? `"${fields["id"] as string}"` : place;
  const unknown = Object.keys(fields).find((field) => !(field in FIELDS));
  if (unknown !== undefined)
    throw new TypeError(
      `parseClaims: claim ${name} has an unknown field "${unknown}"`,
    );
  for (const [field, isValid] of Object.entries(FIELDS)) {
    if (!isValid(fields[field]))
      throw new TypeError(
        `parseClaims: claim ${name} has no valid "${field}", got ${JSON.stringify(fields[field])}`,
      );
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isRule(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, threshold, low, high } = value as Record<string, unknown>;
  const size = Object.keys(value).length;
  if (kind === "above" || kind === "below")
    return Number.isFinite(threshold) && size === 2;
  return (
    kind === "within" &&
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    (low as number) < (high as number) &&
    size === 3
  );
}

/** A rule in words: "above 0", "within [-3, 3]". */
export function showRule(rule: ClaimRule): string {
  return rule.kind === "within"
    ? `within [${showValue(rule.low)}, ${showValue(rule.high)}]`
    : `${rule.kind} ${showValue(rule.threshold)}`;
}

/** Three significant digits, without an exponent for what tables hold. */
export function showValue(value: number): string {
  return String(Number(value.toPrecision(3)));
}
