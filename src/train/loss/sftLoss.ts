/** Supervised fine-tuning: mean negative log-likelihood of the trained tokens of a batch. */
import { tf } from "../../engine/index.js";
import {
  completionLength,
  completionLogprobs,
  microBatches,
  type MaskedSequence,
  type ModelConfig,
  type PassOptions,
} from "../../model/index.js";
import type { Loss } from "../optim/gradient.js";

/**
 * Losses of the micro-batches of one batch; their sum is the token mean over the whole batch.
 *
 *   L = − Σ_{b,t} m_bt log p(x_bt | x_b,<t) / Σ_{b,t} m_bt
 *
 * Source: authors' code, `--calculate-per-token-loss`: token sum over token count of the global batch.
 *
 * @param batch      tokenized conversations; the masks cover what assistants say
 * @param maxTokens  tokens of a micro-batch, padding included
 * @param options    gradientCheckpointing
 */
export function sftLosses(
  config: ModelConfig,
  batch: readonly MaskedSequence[],
  maxTokens: number,
  options: PassOptions = {},
): Loss[] {
  const count = batch.reduce((sum, row) => sum + completionLength(row), 0);
  const trained = batch.filter((row) => completionLength(row) > 0);
  const lengths = trained.map(({ tokens }) => tokens.length);
  return microBatches(lengths, maxTokens).map((indices): Loss => {
    const rows = indices.map((i) => trained[i]!);
    return (weights) => {
      const logp = completionLogprobs(weights, config, rows, options);
      return tf.mul(tf.sum(logp), -1 / count);
    };
  });
}
