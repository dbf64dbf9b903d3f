/**
 * GRPO: the update rule of the experts and of the mixed run.
 *
 * Departs from textbook GRPO (Shao et al. 2024, arXiv 2402.03300):
 * - one optimizer step per rollout by default, so the ratio is 1 and clipping never acts (the paper; `updatesPerRollout`);
 * - "clip higher": ε is 0.2 below and 0.28 above (DAPO, Yu et al. 2025, arXiv 2503.14476; `clipEps`, `clipEpsHigh`);
 * - no KL term by default (β = 0, `klCoef`), and then no reference model is evaluated;
 * - a token's weight is corrected for the gap between sampler and trainer (masked importance sampling, the paper's words;
 *   `importanceSampling`);
 * - tool results inside an agent's completion get no loss.
 * Kept: std normalisation inside the group (`advantage`), mean over samples of each sample's token mean (`reduction`).
 * Off by default, as in the paper: an entropy bonus (`entropyCoef`), dropping groups of equal reward (`dynamicSampling`), masking
 * or punishing overlong answers (`overlong`), learning from the better answers of a group alone (`positiveOnly`).
 *
 * Departs from the authors' code (slime):
 * - old log-probs of a first update are those of the forward pass itself, not of a second one: same numbers, half the cost;
 * - groups of equal reward, whose gradient is exactly zero, are not computed; they still count in the mean;
 * - β = 0 evaluates no reference (the code does, and multiplies by 0);
 * - a failing verifier stops the run instead of giving reward 0;
 * - importance sampling is masked, as the paper says; the scripts truncate it, which is the option "truncated". While sampler and
 *   trainer agree to rounding, as here, the two give the same bytes.
 */
import { tf, type Tensor } from "../engine/index.js";
import type { MaskedSequence, ModelConfig, Weights } from "../model/index.js";
import {
  completionLength,
  completionDistributions,
  completionLogprobs,
  pickTargets,
  completionTensor,
  microBatches,
} from "./batch.js";
import type { Loss } from "./gradient.js";
import {
  policyLoss,
  type PolicyBatch,
  type PolicyLossOptions,
} from "./policyLoss.js";
import { withTemperature } from "./withTemperature.js";

/** One rollout as the update sees it: prompt and completion, the sampled tokens marked; every list has one entry a token. */
export interface PolicySample extends MaskedSequence {
  /** Log-probs that the sampler reported. */
  readonly rollout: ArrayLike<number>;
  /** Advantage of the sample, the same for all its tokens; or of each token, one entry a token. */
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
export interface GrpoLossOptions extends PolicyLossOptions {
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
  return microBatches(lengths, maxTokens).map(
    (indices) =>
      (weights: Weights): Tensor => {
        const rows = indices.map((i) => used[i]!);
        const model = withTemperature(weights, temperature);
        const batch = policyBatch(rows, share);
        if (entropyCoef === 0)
          return policyLoss(
            completionLogprobs(model, config, rows),
            batch,
            options,
          );
        const all = completionDistributions(model, config, rows);
        const entropy = tf.neg(tf.sum(tf.mul(tf.exp(all), all), 1));
        return policyLoss(
          pickTargets(all, rows),
          { ...batch, entropy },
          options,
        );
      },
  );
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
