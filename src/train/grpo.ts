/**
 * GRPO: the update rule of the experts and of the mixed run.
 *
 * Departs from textbook GRPO (Shao et al. 2024, arXiv 2402.03300):
 * - one optimizer step per rollout by default, so the ratio is 1 and clipping never acts (as in the authors' scripts);
 * - "clip higher": ε is 0.2 below and 0.28 above (DAPO, Yu et al. 2025, arXiv 2503.14476);
 * - no KL term by default (β = 0), and then no reference model is evaluated;
 * - a token's weight is corrected for the gap between sampler and trainer (truncated importance sampling);
 * - tool results inside an agent's completion get no loss.
 * Kept: std normalisation inside the group, mean over samples of each sample's token mean.
 *
 * Departs from the authors' code (slime):
 * - old log-probs of a first update are those of the forward pass itself, not of a second one: same numbers, half the cost;
 * - groups of equal reward, whose gradient is exactly zero, are not computed; they still count in the mean;
 * - β = 0 evaluates no reference (the code does, and multiplies by 0);
 * - a failing verifier stops the run instead of giving reward 0;
 * - masked importance sampling, which the paper names and the scripts do not use, is an option.
 */
import type { Tensor } from "../engine/index.js";
import type { ModelConfig, Weights } from "../model/index.js";
import {
  countMarked,
  markedLogprobs,
  markedTensor,
  microBatches,
  type MarkedTokens,
} from "./batch.js";
import type { Loss } from "./gradient.js";
import {
  policyLoss,
  type PolicyBatch,
  type PolicyLossOptions,
} from "./policyLoss.js";
import { tempered } from "./tempered.js";

/** One rollout as the update sees it: prompt and completion, the sampled tokens marked; every list has one entry a token. */
export interface PolicySample extends MarkedTokens {
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
 * Losses of the micro-batches of one step; their sum is the mean over all samples of each sample's token mean.
 *
 *   L = 1/N Σ_i 1/n_i Σ_t ℓ_it,   n_i = sampled tokens of i,   N = all samples of the step
 *
 * Samples of advantage 0 are left out (they count in N) unless a KL term gives them a gradient.
 *
 * @param options as `policyLoss`; maxTokens: tokens of a micro-batch, padding included · temperature: that of the sampler
 */
export function grpoLosses(
  config: ModelConfig,
  samples: readonly PolicySample[],
  options: PolicyLossOptions & {
    maxTokens?: number;
    temperature?: number;
  } = {},
): Loss[] {
  const { maxTokens = 8192, temperature = 1 } = options;
  const used = samplesWithGradient(samples, options);
  const lengths = used.map(({ tokens }) => tokens.length);
  return microBatches(lengths, maxTokens).map(
    (indices) =>
      (weights: Weights): Tensor => {
        const rows = indices.map((i) => used[i]!);
        const logp = markedLogprobs(
          tempered(weights, temperature),
          config,
          rows,
        );
        return policyLoss(logp, policyBatch(rows, samples.length), options);
      },
  );
}

/** The samples whose gradient is not exactly zero. */
export function samplesWithGradient(
  samples: readonly PolicySample[],
  { klCoef = 0 }: PolicyLossOptions = {},
): PolicySample[] {
  return samples.filter(
    (sample) => countMarked(sample) > 0 && (!isFlat(sample) || klCoef !== 0),
  );
}

function isFlat({ advantage }: PolicySample): boolean {
  return typeof advantage === "number"
    ? advantage === 0
    : Array.from(advantage).every((a) => a === 0);
}

function policyBatch(
  rows: readonly PolicySample[],
  samples: number,
): PolicyBatch {
  const optional = (name: "old" | "reference"): Tensor | undefined =>
    rows.every((row) => row[name])
      ? markedTensor(rows, (row, _, t) => row[name]![t]!)
      : undefined;
  const shares = rows.map((row) => 1 / (countMarked(row) * samples));
  return {
    advantages: markedTensor(rows, ({ advantage }, _, t) =>
      typeof advantage === "number" ? advantage : advantage[t]!,
    ),
    share: markedTensor(rows, (_, r) => shares[r]!),
    rollout: markedTensor(rows, (row, _, t) => row.rollout[t]!),
    old: optional("old"),
    reference: optional("reference"),
  };
}
