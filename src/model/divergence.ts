/** How far other policies are from one along given sequences: sampled log-ratios and exact KL divergences, token by token. */
import { startEngine, tf, type Tensor2D } from "../engine/index.js";
import { headWeight, hiddenStates } from "./forward.js";
import type { MaskedSequence } from "./maskedSequence.js";
import type { Policy } from "./policy.js";

/** One other policy along one sequence; an entry a token under the mask, in nats. */
export interface TokenDivergence {
  /** ln p(token | before) − ln q(token | before): a sample whose mean under p is the divergence. */
  logRatio: Float32Array;
  /** Σ_v p_v (ln p_v − ln q_v) over the whole vocabulary at the same place. */
  kl: Float32Array;
}

/** What one sequence tells. */
export interface SequenceDivergence {
  /** ln p(token | before) of the first policy; an entry a token under the mask. */
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
 * @param policy    p, the one that the token under the masks were sampled from
 * @param others    the q's
 * @param sequences tokens, each with its completion mask
 * @param options   tokensPerBatch: padded tokens computed together, a bound on memory
 * @returns one entry a sequence, in their order
 * @throws RangeError a mask is not as long as its tokens
 * @example
 * divergences(expert, [merged], [{ tokens: [1, 7, 9], mask: [false, true, true] }])[0].others[0].kl
 */
export function divergences(
  policy: Policy,
  others: readonly Policy[],
  sequences: readonly MaskedSequence[],
  { tokensPerBatch = 8192 }: { tokensPerBatch?: number } = {},
): SequenceDivergence[] {
  sequences.forEach(({ tokens, mask }, i) => {
    if (tokens.length !== mask.length)
      throw new RangeError(
        `divergences: mask must be as long as tokens, got ${mask.length} for ${tokens.length} in sequence ${i}`,
      );
  });
  startEngine();
  const results = sequences.map(({ mask }): SequenceDivergence => {
    const n = mask.filter((mark, t) => mark && t > 0).length;
    return {
      logprobs: new Float32Array(n),
      others: others.map(() => ({
        logRatio: new Float32Array(n),
        kl: new Float32Array(n),
      })),
    };
  });
  for (const batch of batchesByLength(sequences, tokensPerBatch))
    compare(policy, others, batch, sequences, results);
  return results;
}

function batchesByLength(
  sequences: readonly MaskedSequence[],
  tokensPerBatch: number,
): number[][] {
  const length = (i: number): number => sequences[i]!.tokens.length;
  const order = sequences
    .map((_, i) => i)
    .filter((i) => sequences[i]!.mask.some((mark, t) => mark && t > 0))
    .sort((a, b) => length(a) - length(b) || a - b);
  const batches: number[][] = [];
  for (const i of order) {
    const last = batches.at(-1);
    if (last && (last.length + 1) * length(i) <= tokensPerBatch) last.push(i);
    else batches.push([i]);
  }
  return batches;
}

function compare(
  policy: Policy,
  others: readonly Policy[],
  batch: readonly number[],
  sequences: readonly MaskedSequence[],
  results: readonly SequenceDivergence[],
): void {
  const B = batch.length;
  const T = Math.max(...batch.map((i) => sequences[i]!.tokens.length));
  const ids = new Int32Array(B * T);
  const at: number[] = [];
  const targets: number[] = [];
  batch.forEach((i, b) => {
    const { tokens, mask } = sequences[i]!;
    ids.set(tokens, b * T);
    for (let t = 1; t < tokens.length; t++) {
      if (!mask[t]) continue;
      at.push(b * T + t - 1);
      targets.push(tokens[t]!);
    }
  });
  /** Write one value a token under the mask into the arrays that `of` names. */
  const spread = (
    values: Float32Array,
    of: (result: SequenceDivergence) => Float32Array,
  ): void => {
    let next = 0;
    for (const i of batch) {
      const own = of(results[i]!);
      own.set(values.subarray(next, next + own.length));
      next += own.length;
    }
  };
  tf.tidy(() => {
    const tokens = tf.tensor2d(ids, [B, T], "int32");
    const places = tf.tensor1d(Int32Array.from(at), "int32");
    const chosen = tf.stack(
      [
        tf.range(0, targets.length, 1, "int32"),
        tf.tensor1d(Int32Array.from(targets), "int32"),
      ],
      1,
    ); // (N, 2): row, token
    const distributions = (q: Policy): Tensor2D =>
      tf.logSoftmax(
        tf.matMul(
          tf.gather(
            hiddenStates(q.weights, q.config, tokens),
            places,
          ) as Tensor2D,
          headWeight(q.weights, q.config),
          false,
          true,
        ),
      ) as Tensor2D; // (N, V)
    const p = distributions(policy);
    const weights = tf.exp(p);
    spread(
      tf.gatherND(p, chosen).dataSync() as Float32Array,
      ({ logprobs }) => logprobs,
    );
    others.forEach((other, o) =>
      tf.tidy(() => {
        const ratio = tf.sub(p, distributions(other)); // (N, V)
        spread(
          tf.gatherND(ratio, chosen).dataSync() as Float32Array,
          (result) => result.others[o]!.logRatio,
        );
        // Σ p d = Σ p (e^−d − 1 + d), since both distributions sum to 1; no term of the second form is negative, so that small
        // divergences do not drown in the rounding of large terms of both signs. Where p is 0 beside q, e^−d must stay finite.
        const d = tf.maximum(ratio, -80);
        spread(
          tf
            .sum(tf.mul(weights, tf.add(tf.expm1(tf.neg(d)), d)), 1)
            .dataSync() as Float32Array,
          (result) => result.others[o]!.kl,
        );
      }),
    );
  });
}
