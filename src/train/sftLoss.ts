/** Supervised fine-tuning: mean negative log-likelihood of the trained tokens of a batch. */
import { tf, type Tensor } from "../engine/index.js";
import type { MaskedSequence, ModelConfig, Weights } from "../model/index.js";
import { completionLength, completionLogprobs, microBatches } from "./batch.js";
import type { Loss } from "./gradient.js";

/**
 * Losses of the micro-batches of one batch; their sum is the token mean over the whole batch.
 *
 *   L = − Σ_{b,t} m_bt log p(x_bt | x_b,<t) / Σ_{b,t} m_bt
 *
 * Source: authors' code, `--calculate-per-token-loss`: token sum over token count of the global batch.
 *
 * @param batch      tokenized conversations; assistant tokens are marked
 * @param maxTokens  tokens of a micro-batch, padding included
 */
export function sftLosses(
  config: ModelConfig,
  batch: readonly MaskedSequence[],
  maxTokens: number,
): Loss[] {
  const count = batch.reduce((sum, row) => sum + completionLength(row), 0);
  const trained = batch.filter((row) => completionLength(row) > 0);
  const lengths = trained.map(({ tokens }) => tokens.length);
  return microBatches(lengths, maxTokens).map(
    (indices) =>
      (weights: Weights): Tensor => {
        const logp = completionLogprobs(
          weights,
          config,
          indices.map((i) => trained[i]!),
        );
        return tf.mul(tf.sum(logp), -1 / count);
      },
  );
}
