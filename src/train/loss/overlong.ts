/** What becomes of answers that are too long. */
import { turnLimit } from "../../domains/index.js";
import { checkFinite } from "../../error.js";
import type { Rollout } from "../../rollout/index.js";

/**
 * How a truncated answer is trained on:
 * - "score": as its verifier graded it, which without an end of thinking is 0 (the paper and the authors' scripts);
 * - "mask": not at all; its reward still counts in its group's mean (DAPO, Yu et al. 2025, arXiv 2503.14476, §3.4);
 * - "penalty": graded, minus a penalty that grows over the last stretch before the limit (the same paper, eq. 13).
 */
export type Overlong = "score" | "mask" | "penalty";

/**
 * The penalty of DAPO's eq. 13: 0 up to a buffer before the limit, then falling linearly to −1 at the limit.
 *
 *   p(L) = 0 for L ≤ (1 − b) max,   ((1 − b) max − L) / (b max) up to max,   −1 beyond
 *
 * @param length tokens of the answer
 * @param limit  max, tokens
 * @param buffer b, fraction of the limit, (0, 1]; DAPO: 4,096 of 20,480 tokens, 0.2
 * @throws RangeError one of them is not a finite number, or the buffer is outside (0, 1]
 * @example
 * overlongPenalty(90, 100, 0.2) // -0.5
 */
export function overlongPenalty(
  length: number,
  limit: number,
  buffer: number,
): number {
  checkFinite("overlongPenalty", "length and limit", [length, limit]);
  if (!(buffer > 0 && buffer <= 1))
    throw new RangeError(
      `overlongPenalty: buffer must be in (0, 1], got ${buffer}`,
    );
  const start = (1 - buffer) * limit;
  if (length <= start) return 0;
  return Math.max(-1, (start - length) / (limit - start));
}

/**
 * Rewards that advantages are made of: those given, shaped by the penalty on length; an agent's last turn is what runs into its limit.
 *
 * @param rewards  of each rollout
 */
export function shapedRewards(
  rollouts: readonly Rollout[],
  rewards: readonly number[],
  overlong: Overlong,
  buffer: number,
): number[] {
  return rollouts.map(({ task, sampled }, i) => {
    const reward = rewards[i]!;
    if (overlong !== "penalty") return reward;
    const lastTurn = sampled.length - 1 - sampled.lastIndexOf(false);
    return reward + overlongPenalty(lastTurn, turnLimit(task), buffer);
  });
}
