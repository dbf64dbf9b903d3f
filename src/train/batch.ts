/** Sequences of different length as a few padded rectangles, with the positions whose log-probs are trained. */
import {
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../engine/index.js";
import {
  headWeight,
  hiddenStates,
  logprobsAt,
  type MaskedSequence,
  type ModelConfig,
  type Weights,
} from "../model/index.js";

/**
 * Cost of one more forward and backward pass, in padded tokens: its 700 engine calls take as long as about this many tokens of the
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
 * @returns indices of the sequences, one list a micro-batch; every index once
 * @example
 * microBatches([3, 900, 4], 1800) // [[0, 2], [1]]
 */
export function microBatches(
  lengths: readonly number[],
  maxTokens: number,
): number[][] {
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

/** Number of tokens of all rows: those that a pass over them reads. */
export function sumTokens(rows: readonly MaskedSequence[]): number {
  return rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** Number of tokens under the completion mask, the first aside: those that a row trains. */
export function completionLength({ mask }: MaskedSequence): number {
  let count = 0;
  for (let t = 1; t < mask.length; t++) if (mask[t]) count++;
  return count;
}

/** Some rows as one rectangle, padded at the end: attention is causal, so padding reaches no earlier position. */
interface PaddedBatch {
  /** (B, T) */
  ids: Tensor2D;
  /** (N): flat position before each completion token, whose hidden state predicts it. */
  at: Tensor1D;
}

function padded(rows: readonly MaskedSequence[]): PaddedBatch {
  const width = Math.max(...rows.map(({ tokens }) => tokens.length));
  const ids = new Int32Array(rows.length * width);
  rows.forEach(({ tokens }, r) => ids.set(tokens, r * width));
  return {
    ids: tf.tensor2d(ids, [rows.length, width], "int32"),
    at: integers(overCompletion(rows, (_, r, t) => r * width + t - 1)),
  };
}

function integers(values: number[]): Tensor1D {
  return tf.tensor1d(Int32Array.from(values), "int32");
}

/**
 * Log-probs of the completion tokens of some rows, row after row, differentiable in the weights.
 *
 * @returns (N), N the completion tokens of all rows
 */
export function completionLogprobs(
  weights: Weights,
  config: ModelConfig,
  rows: readonly MaskedSequence[],
): Tensor1D {
  const { ids, at } = padded(rows);
  const targets = overCompletion(rows, ({ tokens }, _, t) => tokens[t]!);
  return logprobsAt(weights, config, ids, at, integers(targets));
}

/**
 * Log-probs of the whole vocabulary at the completion tokens of some rows, row after row, differentiable in the weights.
 *
 * @returns (N, V), N the completion tokens of all rows
 */
export function completionDistributions(
  weights: Weights,
  config: ModelConfig,
  rows: readonly MaskedSequence[],
): Tensor2D {
  const { ids, at } = padded(rows);
  const hidden = tf.gather(hiddenStates(weights, config, ids), at) as Tensor2D;
  const logits = tf.matMul(hidden, headWeight(weights, config), false, true);
  return tf.logSoftmax(logits) as Tensor2D;
}

/** Log-probs of the completion tokens themselves, out of those of the whole vocabulary; (N, V) → (N). */
export function pickTargets(
  distributions: Tensor2D,
  rows: readonly MaskedSequence[],
): Tensor {
  const targets = integers(
    overCompletion(rows, ({ tokens }, _, t) => tokens[t]!),
  );
  const chosen = tf.oneHot(targets, distributions.shape[1], 1, 0, "float32");
  return tf.sum(tf.mul(chosen, distributions), 1);
}

/** One number for each completion token of some rows, in the order of `completionLogprobs`. */
export function overCompletion<Row extends MaskedSequence>(
  rows: readonly Row[],
  value: (row: Row, rowIndex: number, t: number) => number,
): number[] {
  return rows.flatMap((row, r) => {
    const values: number[] = [];
    for (let t = 1; t < row.mask.length; t++)
      if (row.mask[t]) values.push(value(row, r, t));
    return values;
  });
}

/** The same numbers as a float32 tensor (N). */
export function completionTensor<Row extends MaskedSequence>(
  rows: readonly Row[],
  value: (row: Row, rowIndex: number, t: number) => number,
): Tensor {
  return tf.tensor1d(Float32Array.from(overCompletion(rows, value)));
}
