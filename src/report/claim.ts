/** A claim of the paper with its verdict, as one printed line. */

/** Verdict on a claim: null where this run cannot decide it. */
export type Holds = boolean | null;

/**
 * One line that says whether a claim was reproduced, with the numbers that decide it.
 * A claim that fails is a finding, so nothing is thrown.
 *
 * @param statement  the claim, without a period
 * @param holds      true, false, or null when it cannot be tested here
 * @param evidence   the numbers
 * @example
 * claim("TIES beats the best expert", 65.4 > 55.1, "65.4 against 55.1")
 * // "reproduced: TIES beats the best expert (65.4 against 55.1)"
 */
export function claim(
  statement: string,
  holds: Holds,
  evidence: string,
): string {
  const verdict =
    holds === null ? "not testable" : holds ? "reproduced" : "not reproduced";
  return `${verdict}: ${statement} (${evidence})`;
}
