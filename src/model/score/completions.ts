/** Log-probs of the completion tokens of some sequences, in one padded batch. */
import {
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../../engine/index.js";
import type { ModelConfig } from "../config.js";
import {
  headWeight,
  hiddenStates,
  logprobsAt,
  type PassOptions,
  type Weights,
} from "../forward/forward.js";
import { overCompletion, type MaskedSequence } from "./maskedSequence.js";

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

/** Ids of the completion tokens of some rows, row after row; (N) int32. */
export function completionIds(rows: readonly MaskedSequence[]): Tensor1D {
  return integers(overCompletion(rows, ({ tokens }, _, t) => tokens[t]!));
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
  options: PassOptions = {},
): Tensor1D {
  const targets = { ...padded(rows), targets: completionIds(rows) };
  return logprobsAt(weights, config, targets, options);
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
  options: PassOptions = {},
): Tensor2D {
  const { ids, at } = padded(rows);
  const states = hiddenStates(weights, config, ids, options);
  const hidden = tf.gather(states, at) as Tensor2D;
  const logits = tf.matMul(hidden, headWeight(weights, config), false, true);
  return tf.logSoftmax(logits) as Tensor2D;
}

/** One number for each completion token of some rows, as a float32 tensor (N). */
export function completionTensor<Row extends MaskedSequence>(
  rows: readonly Row[],
  value: (row: Row, rowIndex: number, t: number) => number,
): Tensor {
  return tf.tensor1d(Float32Array.from(overCompletion(rows, value)));
}
