/** Exact distillation: the KL divergence over the whole vocabulary at each token, instead of one sampled token's estimate. */
import { tf, type Tensor, type Tensor2D } from "../../engine/index.js";
import {
  completionDistributions,
  completionLength,
  completionTensor,
  microBatches,
  withTemperature,
  type MaskedSequence,
  type ModelConfig,
  type PassOptions,
  type Policy,
} from "../../model/index.js";
import type { Loss } from "../optim/gradient.js";
import { constant } from "./stopGradient.js";

/** Which way the divergence is taken: "reverse" KL(student‖teacher), "forward" KL(teacher‖student). */
export type KlDirection = "reverse" | "forward";

/** Rows that one teacher judges. */
export interface TaughtRows {
  teacher: Policy;
  rows: readonly MaskedSequence[];
}

/** Options of `fullKlLosses`. */
export interface KlLossOptions extends PassOptions {
  direction: KlDirection;
  /** Tokens of a micro-batch, padding included; default 8192. */
  maxTokens?: number;
  /** That of the sampler; both models' logits are divided by it. Default 1. */
  temperature?: number;
}

/**
 * KL divergence of each row of two tables of log-probs.
 *
 *   reverse: Σ_v s_v (ln s_v − ln t_v),   forward: Σ_v t_v (ln t_v − ln s_v)
 *
 * @param student (N, V), differentiable
 * @param teacher (N, V)
 * @returns (N), nats
 */
export function klPerToken(
  student: Tensor2D,
  teacher: Tensor2D,
  direction: KlDirection,
): Tensor {
  const [p, q] =
    direction === "reverse" ? [student, teacher] : [teacher, student];
  return tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)), 1);
}

/**
 * Losses of the micro-batches of one step; their sum is the mean over all rows of each row's token mean.
 *
 *   L = 1/N Σ_i 1/n_i Σ_t KL_it,   n_i = marked tokens of i,   N = all rows
 *
 * The prefix of each position is taken as given: no gradient goes through what was sampled before, as in the sampled form.
 *
 * Source: reverse, Gu et al. 2024 (arXiv 2306.08543), eq. 1, its one-step part; both on the student's own rollouts,
 * Agarwal et al. 2024 (arXiv 2306.13649), Alg. 1 with λ = 1.
 * Cost: a forward pass of the teacher for each of the student's; (N, V) log-probs of both in memory.
 *
 * @param taught  every row once, by its teacher
 */
export function fullKlLosses(
  config: ModelConfig,
  taught: readonly TaughtRows[],
  options: KlLossOptions,
): Loss[] {
  const { direction, maxTokens = 8192, temperature = 1 } = options;
  const total = taught.reduce((sum, { rows }) => sum + rows.length, 0);
  return taught.flatMap(({ teacher, rows }) => {
    const used = rows.filter((row) => completionLength(row) > 0);
    const lengths = used.map(({ tokens }) => tokens.length);
    return microBatches(lengths, maxTokens).map((indices): Loss => {
      const batch = indices.map((i) => used[i]!);
      const shares = batch.map((row) => 1 / (completionLength(row) * total));
      return (weights) => {
        const own = completionDistributions(
          withTemperature(weights, temperature),
          config,
          batch,
          options,
        );
        const other = constant(() =>
          completionDistributions(
            withTemperature(teacher.weights, temperature),
            teacher.config,
            batch,
          ),
        );
        const share = completionTensor(batch, (_, r) => shares[r]!);
        return tf.sum(tf.mul(klPerToken(own, other, direction), share));
      };
    });
  });
}
