/** The losses of one GRPO step: the clipped policy-gradient loss of each micro-batch. */
import { tf, type Tensor, type Tensor2D } from "../../engine/index.js";
import {
  completionDistributions,
  completionIds,
  completionLength,
  completionLogprobs,
  completionTensor,
  microBatches,
  withTemperature,
  type MaskedSequence,
  type ModelConfig,
  type PassOptions,
} from "../../model/index.js";
import type { Loss } from "../optim/gradient.js";
import {
  clipFraction,
  policyLoss,
  type PolicyBatch,
  type PolicyLossOptions,
} from "./policyLoss.js";

/** One rollout as the update sees it: prompt and completion, the sampled tokens under the mask; every list has one entry per token. */
export interface PolicySample extends MaskedSequence {
  /** Log-probs that the sampler reported. */
  readonly rollout: ArrayLike<number>;
  /** Advantage of the sample, the same for all its tokens; or of each token, one entry per token. */
  readonly advantage: number | ArrayLike<number>;
  /** Log-probs of the trainer before the first update; absent when this is the first update. */
  readonly old?: ArrayLike<number>;
  /** Log-probs of the reference policy; needed when `klCoef` is not 0. */
  readonly reference?: ArrayLike<number>;
}

/**
 * How tokens are averaged over the N samples of a step, sample i of n_i trained tokens:
 * - "sample": 1/N Σ_i 1/n_i Σ_t ℓ_it, each sample weighs the same (Shao et al. 2024, and the authors' code);
 * - "token": Σ_i Σ_t ℓ_it / Σ_i n_i, each token weighs the same (DAPO, Yu et al. 2025, arXiv 2503.14476, §3.3).
 */
export type Reduction = "sample" | "token";

/** Options of `grpoLosses`. */
export interface GrpoLossOptions extends PolicyLossOptions, PassOptions {
  /** Default "sample". */
  reduction?: Reduction;
  /** Tokens of a micro-batch, padding included; default 8192. */
  maxTokens?: number;
  /** That of the sampler; the logits are divided by it. Default 1. */
  temperature?: number;
}

/**
 * Losses of the micro-batches of one step; their sum is the mean of `policyLoss` over all tokens by `reduction`.
 *
 * Samples of advantage 0 are left out (they count in the mean) unless a KL term or an entropy bonus gives them a gradient.
 */
export function grpoLosses(
  config: ModelConfig,
  samples: readonly PolicySample[],
  options: GrpoLossOptions = {},
): Loss[] {
  const { maxTokens = 8192, temperature = 1, entropyCoef = 0 } = options;
  const share = shareOf(samples, options.reduction);
  const used = samplesWithGradient(samples, options);
  const lengths = used.map(({ tokens }) => tokens.length);
  return microBatches(lengths, maxTokens).map((indices): Loss => {
    const rows = indices.map((i) => used[i]!);
    return (weights, stats) => {
      const model = withTemperature(weights, temperature);
      const batch = policyBatch(rows, share);
      const { logp, entropy } =
        entropyCoef === 0
          ? { logp: completionLogprobs(model, config, rows, options) }
          : logprobsAndEntropy(
              completionDistributions(model, config, rows, options),
              rows,
            );
      stats?.("clipFraction", clipFraction(logp, batch, options));
      return policyLoss(logp, { ...batch, entropy }, options);
    };
  });
}

/** Log-probs of the completion tokens, and entropies, out of the log-probs of the whole vocabulary; (N, V) → (N) each. */
function logprobsAndEntropy(
  distributions: Tensor2D,
  rows: readonly PolicySample[],
): { logp: Tensor; entropy: Tensor } {
  const V = distributions.shape[1];
  const chosen = tf.oneHot(completionIds(rows), V, 1, 0, "float32");
  return {
    logp: tf.sum(tf.mul(chosen, distributions), 1),
    entropy: tf.neg(tf.sum(tf.mul(tf.exp(distributions), distributions), 1)),
  };
}

/** The samples whose gradient is not exactly zero. */
export function samplesWithGradient(
  samples: readonly PolicySample[],
  { klCoef = 0, entropyCoef = 0 }: PolicyLossOptions = {},
): PolicySample[] {
  const all = klCoef !== 0 || entropyCoef !== 0;
  return samples.filter(
    (sample) => completionLength(sample) > 0 && (all || !isFlat(sample)),
  );
}

/** Weight of each trained token of a sample in the step's mean. */
function shareOf(
  samples: readonly PolicySample[],
  reduction: Reduction = "sample",
): (row: PolicySample) => number {
  if (reduction === "sample")
    return (row) => 1 / (completionLength(row) * samples.length);
  const tokens = samples.reduce((sum, row) => sum + completionLength(row), 0);
  return () => 1 / tokens;
}

function isFlat({ advantage }: PolicySample): boolean {
  return typeof advantage === "number"
    ? advantage === 0
    : Array.from(advantage).every((a) => a === 0);
}

function policyBatch(
  rows: readonly PolicySample[],
  share: (row: PolicySample) => number,
): PolicyBatch {
  const optional = (name: "old" | "reference"): Tensor | undefined =>
    rows.every((row) => row[name])
      ? completionTensor(rows, (row, _, t) => row[name]![t]!)
      : undefined;
  const shares = rows.map(share);
  return {
    advantages: completionTensor(rows, ({ advantage }, _, t) =>
      typeof advantage === "number" ? advantage : advantage[t]!,
    ),
    share: completionTensor(rows, (_, r) => shares[r]!),
    rollout: completionTensor(rows, (row, _, t) => row.rollout[t]!),
    old: optional("old"),
    reference: optional("reference"),
  };
}
