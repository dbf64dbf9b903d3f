/** A part of a tensor that fits in memory: runs of entries spread over it, for measures that look at an entry more than once. */
import { key, uniform } from "../../../random.js";

/** Most entries of a sample; a smaller tensor is taken whole. A share of such a sample has a standard error below 0.0014. */
export const SAMPLE: number = 2 ** 17;

/** Entries of one run, read at once. */
const RUN = 4096;

/** The same entries of the base and of every expert. */
export interface Sample {
  base: Float32Array;
  experts: Float32Array[];
  /** Where the runs begin in the tensor; each has `length` entries. */
  runs: readonly { start: number; length: number }[];
  /** Format in which the base is stored. */
  dtype: string;
}

/**
 * Where to read: the whole tensor, or one run from a random place of each of equal strips.
 *
 * @param entries  of the tensor
 * @example
 * sampleRuns(1000, 1, "w") // [{ start: 0, length: 1000 }]
 */
export function sampleRuns(
  entries: number,
  seed: number,
  tensor: string,
): { start: number; length: number }[] {
  if (entries <= SAMPLE) return [{ start: 0, length: entries }];
  const count = SAMPLE / RUN;
  const strip = entries / count;
  const k = key(seed, `sample/${tensor}`);
  return Array.from({ length: count }, (_, i) => ({
    start: Math.floor(i * strip + uniform(k, i) * (strip - RUN)),
    length: RUN,
  }));
}

/** Set entries to 0 in every model where one of them holds NaN or an infinity, so that they are unchanged. */
export function dropNonfinite({ base, experts }: Sample): void {
  for (let i = 0; i < base.length; i++) {
    if (
      Number.isFinite(base[i]!) &&
      experts.every((expert) => Number.isFinite(expert[i]!))
    )
      continue;
    base[i] = 0;
    for (const expert of experts) expert[i] = 0;
  }
}
