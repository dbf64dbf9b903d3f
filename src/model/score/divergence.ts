/** How far other policies are from one along given sequences: sampled log-ratios and exact KL divergences, token by token. */
import { startEngine, tf } from "../../engine/index.js";
import { completionDistributions, completionIds } from "./completions.js";
import { completionLength, type MaskedSequence } from "./maskedSequence.js";
import { microBatches } from "./microBatches.js";
import type { Policy } from "../policy.js";

/** One other policy along one sequence; an entry per token under the mask, in nats. */
export interface TokenDivergence {
  /** ln p(token | before) − ln q(token | before): a sample whose mean under p is the divergence. */
  logRatio: Float32Array;
  /** Σ_v p_v (ln p_v − ln q_v) over the whole vocabulary at the same place. */
  kl: Float32Array;
}

/** What one sequence tells. */
export interface SequenceDivergence {
  /** ln p(token | before) of the first policy; an entry per token under the mask. */
  logprobs: Float32Array;
  /** The other policies, in their order. */
  others: TokenDivergence[];
}

/**
 * Compare policies with the first one along sequences; all are scored by the same forward pass over the same batches.
 *
 *   KL_t = Σ_v p(v | y_<t) ln [p(v | y_<t) / q(v | y_<t)]
 *
 * With y sampled from `policy`, Σ_t KL_t and Σ_t ln p/q have the same mean, KL(p‖q) of whole completions (chain rule); the first
 * varies less, since it averages over the next token instead of drawing it.
 *
 * Cost: one forward pass of every policy and (N, V) log-probs of two of them in memory.
 *
 * @param policy    p, the one that the tokens under the masks were sampled from
 * @param others    the q's
 * @param sequences tokens, each with its completion mask
 * @param options   maxTokens: padded tokens computed together, a bound on memory
 * @returns one entry per sequence, in their order
 * @throws RangeError a mask is not as long as its tokens
 * @example
 * divergences(expert, [merged], [{ tokens: [1, 7, 9], mask: [false, true, true] }])[0].others[0].kl
 */
export function divergences(
  policy: Policy,
  others: readonly Policy[],
  sequences: readonly MaskedSequence[],
  { maxTokens = 8192 }: { maxTokens?: number } = {},
): SequenceDivergence[] {
  sequences.forEach(({ tokens, mask }, i) => {
    if (tokens.length !== mask.length)
      throw new RangeError(
        `divergences: mask must be as long as tokens, got ${mask.length} for ${tokens.length} in sequence ${i}`,
      );
  });
  startEngine();
  const results = sequences.map((sequence): SequenceDivergence => {
    const n = completionLength(sequence);
    return {
      logprobs: new Float32Array(n),
      others: others.map(() => ({
        logRatio: new Float32Array(n),
        kl: new Float32Array(n),
      })),
    };
  });
  const used = sequences.flatMap((sequence, i) =>
    completionLength(sequence) > 0 ? [i] : [],
  );
  const lengths = used.map((i) => sequences[i]!.tokens.length);
  for (const batch of microBatches(lengths, maxTokens)) {
    const indices = batch.map((u) => used[u]!);
    compare(
      policy,
      others,
      indices.map((i) => sequences[i]!),
      indices.map((i) => results[i]!),
    );
  }
  return results;
}

/** Fill in the results of some sequences, computed together. */
function compare(
  policy: Policy,
  others: readonly Policy[],
  rows: readonly MaskedSequence[],
  results: readonly SequenceDivergence[],
): void {
  /** Write one value per token under the mask into the arrays that `of` names. */
  const spread = (
    values: Float32Array,
    of: (result: SequenceDivergence) => Float32Array,
  ): void => {
    let next = 0;
    for (const result of results) {
      const own = of(result);
      own.set(values.subarray(next, next + own.length));
      next += own.length;
    }
  };
  tf.tidy(() => {
    const ids = completionIds(rows);
    const chosen = tf.stack([tf.range(0, ids.size, 1, "int32"), ids], 1); // (N, 2): row, token
    const p = completionDistributions(policy.weights, policy.config, rows); // (N, V)
    const probabilities = tf.exp(p);
    spread(
      tf.gatherND(p, chosen).dataSync() as Float32Array,
      ({ logprobs }) => logprobs,
    );
    others.forEach((other, o) =>
      tf.tidy(() => {
        const q = completionDistributions(other.weights, other.config, rows);
        const ratio = tf.sub(p, q); // (N, V)
        spread(
          tf.gatherND(ratio, chosen).dataSync() as Float32Array,
          (result) => result.others[o]!.logRatio,
        );
        // Σ p d = Σ p (e^−d − 1 + d), since both distributions sum to 1; no term of the second form is negative, so that small
        // divergences do not drown in the rounding of large terms of both signs. Where p is 0 beside q, e^−d must stay finite.
        const d = tf.maximum(ratio, -80);
        spread(
          tf
            .sum(tf.mul(probabilities, tf.add(tf.expm1(tf.neg(d)), d)), 1)
            .dataSync() as Float32Array,
          (result) => result.others[o]!.kl,
        );
      }),
    );
  });
}
