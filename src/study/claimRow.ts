/** One number that decides a claim of the ledger (`report.readClaims`), as the analysis writes it. */
import type { Estimate } from "../evaluate/index.js";

/** The number of one claim, or of a control beside it, in the claim's unit. */
export interface ClaimRow {
  /** Identity of the claim in the ledger. */
  claim: string;
  /** "as stated" for the number that the ledger asks for; else what the control measures instead. */
  measure: string;
  value: number | null;
  /** Ends of the 95 % interval; null where there is none. */
  low: number | null;
  high: number | null;
  /** Why there is no number; null where there is one. */
  why: string | null;
}

/** The measure that the ledger asks for. */
export const STATED = "as stated";

/**
 * A row from an estimate.
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
  if (estimate === null)
    return { claim, measure, value: null, low: null, high: null, why };
  const round = (value: number): number => Number((scale * value).toFixed(6));
  const { mean, low, high } = estimate;
  return {
    claim,
    measure,
    value: round(mean),
    low: round(low),
    high: round(high),
    why: null,
  };
}
