/** What a study says of a claim: a number with its interval, or the reason why there is none. */
import type { Estimate } from "../../evaluate/index.js";

/** The number that decides one claim, as it was measured. */
export interface Measurement {
  value: number;
  /** 95 % interval; null where the study cannot give one, for example of seeds where there is one seed. */
  interval: [low: number, high: number] | null;
  /** What the number rests on, where that is not the whole of what the claim's test names. */
  note?: string;
}

/** A measurement, or why it could not be made. */
export type Measured = Measurement | { missing: string };

/** Measurements by the claims' ids. */
export type Measurements = Readonly<Record<string, Measured>>;

/**
 * An estimate in the unit of its claim.
 *
 * @param scale  100 for shares that a claim counts in points
 */
export function measured(
  { mean, low, high }: Pick<Estimate, "mean" | "low" | "high">,
  scale = 1,
): Measurement {
  return { value: scale * mean, interval: [scale * low, scale * high] };
}

/** The same of a statistic that may not exist, with the reason for it. */
export function measuredOr(
  estimate: Estimate | null,
  missing: string,
  scale = 1,
): Measured {
  return estimate === null ? { missing } : measured(estimate, scale);
}
