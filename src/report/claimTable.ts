/** The ledger as tables: what was claimed, how it was tested, what came out, and what follows. */
import { showRule, showValue, type Claim, type Verdict } from "./claims.js";

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

function interval({ value, low, high }: JudgedClaim): string {
  if (value === null) return "";
  return low === null || high === null
    ? showValue(value)
    : `${showValue(value)} [${showValue(low)}, ${showValue(high)}]`;
}

/**
 * Statement → test → our number with its interval → verdict, a row a claim; for `markdownTable`.
 *
 * What could not be measured shows the reason in the place of the number; a note follows the number that it limits.
 *
 * @throws RangeError a claim has no judgement
 * @example
 * claimTable(readClaims(), study.rows(nano, "claims"))
 */
export function claimTable(
  claims: readonly Claim[],
  judged: readonly JudgedClaim[],
): Record<string, string>[] {
  return claims.map((claim) => {
    const row = rowOf(claim, judged);
    const limits = [
      row.verdict === "not testable" ? row.why : null,
      row.note,
    ].filter((text) => text !== null);
    return {
      statement: claim.statement,
      test: `${claim.quantity} (${claim.unit}): ${claim.test}`,
      "reproduced if": showRule(claim.rule),
      paper: claim.paper === null ? "" : showValue(claim.paper),
      ours: [interval(row), ...limits.map((text) => `(${text})`)]
        .filter((text) => text !== "")
        .join(" "),
      verdict: row.verdict,
    };
  });
}

/**
 * How many claims of each finding got which verdict, and of all findings together; for `markdownTable`.
 *
 * @throws RangeError a claim has no judgement
 * @example
 * claimCounts(readClaims(), study.rows(nano, "claims")).at(-1) // all findings
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
