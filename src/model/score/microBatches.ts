/** Cuts sequences of different length into batches that are computed together. */
import { checkFinite } from "../../error.js";

/**
 * Cost of one more pass over the model, in padded tokens: its 700 engine calls take as long as about this many tokens of the
 * nano model (measured, 2 slow cores).
 */
const PASS_COST = 250;

/**
 * Cut a set of sequences into micro-batches of similar length.
 *
 * Sequences are sorted by length and cut where the sum of padded tokens and of the fixed cost of each micro-batch is smallest
 * (shortest path over the cuts, O(n²)), so that padding is small, passes are few and memory is bounded.
 *
 * @param lengths    tokens of each sequence
 * @param maxTokens  most tokens of a micro-batch, padding included; a longer sequence stands alone
 * @returns indices of the sequences, one list per micro-batch; every index once
 * @throws RangeError a length is not a finite number, or `maxTokens` is not a positive number
 * @example
 * microBatches([3, 900, 4], 1800) // [[0, 2], [1]]
 */
export function microBatches(
  lengths: readonly number[],
  maxTokens: number,
): number[][] {
  checkFinite("microBatches", "lengths", lengths);
  if (!(maxTokens > 0))
    throw new RangeError(
      `microBatches: maxTokens must be a positive number, got ${maxTokens}`,
    );
  const order = lengths
    .map((_, i) => i)
    .sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const cost = [0];
  const start = [0];
  for (let end = 1; end <= order.length; end++) {
    const longest = lengths[order[end - 1]!]!;
    cost[end] = Infinity;
    for (let from = end - 1; from >= 0; from--) {
      const tokens = (end - from) * longest;
      if (tokens > maxTokens && from < end - 1) break;
      const total = cost[from]! + tokens + PASS_COST;
      if (total < cost[end]!) [cost[end], start[end]] = [total, from];
    }
  }
  const batches: number[][] = [];
  for (let end = order.length; end > 0; end = start[end]!) {
    batches.unshift(order.slice(start[end], end));
  }
  return batches;
}
