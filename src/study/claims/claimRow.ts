/** One number that decides a claim of the paper (`report.readClaims`), or why there is none. */
import type { Estimate } from "../../stats/index.js";

/** A number in its claim's unit. */
export interface ClaimNumber {
  value: number | null;
  /** Ends of the 95 % interval; null where the study cannot give one, for example of seeds where there is one seed. */
  low: number | null;
  high: number | null;
  /** Why there is no number; null where there is one. */
  why: string | null;
  /** What the number rests on, where that is not the whole of what the claim's test names; otherwise null. */
  note: string | null;
}

/** The number of one claim, or of a control beside it. */
export interface ClaimRow extends ClaimNumber {
  /** Identity of the claim. */
  claim: string;
  /** "as stated" for the number that the claim's test asks for; else what the control measures instead. */
  measure: string;
}

/** Numbers by the claims' ids. */
export type ClaimNumbers = Readonly<Record<string, ClaimNumber>>;

/** The measure that a claim's test asks for. */
export const STATED = "as stated";

/** Nothing was measured. */
export function missing(why: string): ClaimNumber {
  return { value: null, low: null, high: null, why, note: null };
}

/** A number without an interval. */
export function bare(value: number): ClaimNumber {
  return { value, low: null, high: null, why: null, note: null };
}

/**
 * An estimate in the unit of its claim.
 *
 * @param scale  100 for shares that a claim counts in points
 */
export function estimated(
  { mean, low, high }: Pick<Estimate, "mean" | "low" | "high">,
  scale = 1,
): ClaimNumber {
  return {
    value: scale * mean,
    low: scale * low,
    high: scale * high,
    why: null,
    note: null,
  };
}

/** The same of a statistic that may not exist, with the reason for it. */
export function estimatedOr(
  estimate: Estimate | null,
  why: string,
  scale = 1,
): ClaimNumber {
  return estimate === null ? missing(why) : estimated(estimate, scale);
}

/** The rows of numbers that their claims' tests ask for. */
export function statedRows(numbers: ClaimNumbers): ClaimRow[] {
  return Object.entries(numbers).map(([claim, number]) => ({
    claim,
    measure: STATED,
    ...number,
  }));
}

/**
 * A row from an estimate, rounded.
 *
 * @param scale  factor from the estimate's unit to the claim's, for example 100 for points
 * @param why    what is to be said where the estimate is null
 */
export function claimRow(
  claim: string,
  measure: string,
  estimate: Estimate | null,
  { scale = 1, why }: { scale?: number; why: string },
): ClaimRow {
  const found = estimatedOr(estimate, why, scale);
  return { claim, measure, ...roundedNumber(found) };
}

/** A number with six decimals. */
export function roundedNumber(number: ClaimNumber): ClaimNumber {
  const round = (value: number | null): number | null =>
    value === null ? null : Number(value.toFixed(6));
  return {
    ...number,
    value: round(number.value),
    low: round(number.low),
    high: round(number.high),
  };
}
