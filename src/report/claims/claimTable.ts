/** The claims as tables: what was claimed, how it was tested, what came out, and what follows. */
import type { ClaimNumber } from "./claimLine.js";
import {
  judgeClaim,
  showRule,
  showValue,
  type Claim,
  type Verdict,
} from "./claims.js";

/** A claim as it was measured and judged: the fields of a study's row that tables show. */
export interface JudgedClaim {
  id: string;
  value: number | null;
  low: number | null;
  high: number | null;
  verdict: Verdict;
  /** Reason of the verdict. */
  why: string;
  /** What the number rests on, where that is not the whole of what the test names. */
  note: string | null;
}

/** A number that is measured beside a claim's own, in a way that some other explanation would change: a balanced accuracy, a baseline. */
export interface ClaimControl extends ClaimNumber {
  /** Identity of the claim. */
  claim: string;
}

/** Verdicts in the order in which tables count them. */
export const VERDICTS: readonly Verdict[] = [
  "reproduced",
  "contradicted",
  "inconclusive",
  "not testable",
];

function rowOf(claim: Claim, judged: readonly JudgedClaim[]): JudgedClaim {
  const found = judged.find(({ id }) => id === claim.id);
  if (found === undefined)
    throw new RangeError(
      `claimTable: every claim must be judged, got none for "${claim.id}"`,
    );
  return found;
}

function interval({
  value,
  low,
  high,
}: Pick<JudgedClaim, "value" | "low" | "high">): string {
  if (value === null) return "";
  return low === null || high === null
    ? showValue(value)
    : `${showValue(value)} [${showValue(low)}, ${showValue(high)}]`;
}

/** Line of a control, judged by the rule of its claim. */
function controlLine(
  claim: Claim,
  { measure, value, low, high, why }: ClaimControl,
): Record<string, string> {
  return {
    statement: `… control: ${measure}`,
    test: "",
    "reproduced if": showRule(claim.rule),
    paper: "",
    ours: value === null ? `(${why})` : interval({ value, low, high }),
    verdict: judgeClaim(claim, value, [low, high]).verdict,
  };
}

/**
 * Statement → test → our number with its interval → verdict, one row per claim; for `markdownTable`.
 *
 * What could not be measured shows the reason in the place of the number; a note follows the number that it limits. Controls of a claim
 * follow it, each judged by the claim's rule.
 *
 * @param controls  default none
 * @throws RangeError a claim has no judgement
 * @example
 * claimTable(readClaims(), study.rows(hard, "claims"))
 */
export function claimTable(
  claims: readonly Claim[],
  judged: readonly JudgedClaim[],
  controls: readonly ClaimControl[] = [],
): Record<string, string>[] {
  return claims.flatMap((claim) => {
    const row = rowOf(claim, judged);
    const limits = [
      row.verdict === "not testable" ? row.why : null,
      row.note,
    ].filter((text) => text !== null);
    const own = {
      statement: claim.statement,
      test: `${claim.quantity} (${claim.unit}): ${claim.test}`,
      "reproduced if": showRule(claim.rule),
      paper: claim.paper === null ? "" : showValue(claim.paper),
      ours: [interval(row), ...limits.map((text) => `(${text})`)]
        .filter((text) => text !== "")
        .join(" "),
      verdict: row.verdict,
    };
    const beside = controls.filter((each) => each.claim === claim.id);
    return [own, ...beside.map((each) => controlLine(claim, each))];
  });
}

/**
 * How many claims of each finding got which verdict, and of all findings together; for `markdownTable`.
 *
 * @throws RangeError a claim has no judgement
 * @example
 * claimCounts(readClaims(), study.rows(hard, "claims")).at(-1) // all findings
 */
export function claimCounts(
  claims: readonly Claim[],
  judged: readonly JudgedClaim[],
): Record<string, string>[] {
  const line = (
    finding: string,
    own: readonly Claim[],
  ): Record<string, string> => {
    const verdicts = own.map((claim) => rowOf(claim, judged).verdict);
    return {
      finding,
      claims: String(own.length),
      ...Object.fromEntries(
        VERDICTS.map((verdict) => {
          const count = verdicts.filter((each) => each === verdict).length;
          return [verdict, count === 0 ? "" : String(count)];
        }),
      ),
    };
  };
  const findings = [...new Set(claims.map(({ finding }) => finding))];
  return [
    ...findings.map((finding) =>
      line(
        finding,
        claims.filter((claim) => claim.finding === finding),
      ),
    ),
    line("all", claims),
  ];
}
