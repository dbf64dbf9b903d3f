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
 * or punishing overlong answers (`overlong`), learning from the better answers of a group alone (`positiveOnly`), rewards that do not know
 * what is right (`reward`).
 *
 * Departs from the authors' code (slime):
 * - old log-probs of a first update are those of the forward pass itself, not of a second one: same numbers, half the cost;
 * - groups of equal reward, whose gradient is exactly zero, are not computed; they still count in the mean;
 * - β = 0 evaluates no reference (the code does, and multiplies by 0);
 * - a failing verifier stops the run instead of giving reward 0;
 * - importance sampling is masked, as the paper says; the scripts truncate it, which is the option "truncated". While sampler and
 *   trainer agree to rounding, as here, the two give the same bytes.
 */
import { hashModel } from "../checkpoint/index.js";
import { loadPolicy, sumTokens } from "../model/index.js";
import type { Rollout } from "../rollout/index.js";
import { mean } from "../stats/index.js";
import {
  grpoSettings,
  type GrpoSettings,
  type TrainGrpoOptions,
} from "./grpoSettings.js";
import {
  grpoLosses,
  samplesWithGradient,
  type PolicySample,
} from "./loss/grpoLoss.js";
import { policySamples } from "./loss/policySamples.js";
import {
  klEstimate,
  klFromLogprobs,
  type KlEstimate,
} from "./run/klEstimate.js";
import type { GrpoMetrics } from "./run/metrics.js";
import {
  countTokens,
  domainMetrics,
  rolloutMetrics,
} from "./run/rolloutMetrics.js";
import { sampleGroups } from "./run/sampleGroups.js";
import { train, type TrainResult } from "./run/train.js";

/**
 * Train by GRPO on verifiable rewards, and write the model.
 *
 * Defaults: 40 steps of 16 tasks × 16 rollouts at temperature 1, Adam β (0.9, 0.98), weight decay 0.1 and clipping at norm 1 as
 * in the paper's scripts; learning rate 1e-4, constant, where the nano model learns and its task vector stays small. All settings:
 * `GRPO_SETTINGS`.
 *
 * Determinism: the same options, seed and engine give the same bytes, whether or not the run was interrupted.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, loss or gradient is not finite ·
 *   InfrastructureError a verifier broke. The last checkpoint stays, and starting again resumes there.
 * @example
 * await trainGrpo({ init: "models/sft", out: "models/new", log: "rl.jsonl", seed: 1, domains: ["math"], steps: 2, promptsPerStep: 2 })
 */
export async function trainGrpo(
  options: TrainGrpoOptions,
): Promise<TrainResult<GrpoMetrics>> {
  const settings = grpoSettings(options);
  const { init } = options;
  const { groupSize, temperature, updatesPerRollout, klCoef } = settings;
  const trainer = {
    ...({ who: "trainGrpo", kind: "grpo", source: init } as const),
    ...{ init: hashModel(init), settings, checkpointEvery: 10 },
    open: () => loadPolicy(init),
  };
  return train<GrpoMetrics>(trainer, options, ({ policy, tokenizer, own }) => {
    const needsInitial = klCoef !== 0 || settings.logKl > 0;
    const initial = needsInitial ? own(loadPolicy(init).policy) : undefined;
    const passes = { maxTokens: settings.microBatchTokens, temperature };

    return (s, clock) => {
      // 1. Sample G rollouts of each of P tasks; verifiers and environments grade them.
      const sampled = sampleGroups(settings, s, policy, tokenizer);
      const { all, trained, rewards, graded } = sampled;
      clock.lap("rollout", graded);

      // 2. Rewards become advantages within each group; log-probs before the update and of the reference only where they are needed.
      const samples = policySamples(trained, {
        ...settings,
        rewards: rewards.trained,
        old: updatesPerRollout > 1 ? policy : undefined,
        reference: klCoef === 0 ? undefined : initial,
      });

      // 3. The clipped loss of each micro-batch; the frame takes the gradient and updates by AdamW.
      const losses = grpoLosses(policy.config, samples, {
        ...settings,
        ...passes,
      });
      const tokens = { ...countTokens(all), ...tokensOf(samples, settings) };
      const logsKl = settings.logKl > 0 && s % settings.logKl === 0;
      const kl = (): Partial<KlEstimate> =>
        logsKl
          ? klEstimate(all, initial!, passes)
          : klOfSamples(trained, samples, klCoef);
      return {
        ...{ losses, updates: updatesPerRollout, tokens },
        log: (_, { stats }) => ({
          ...rolloutMetrics(all, groupSize, rewards.all),
          ...(settings.reward !== "verified" && {
            trainedReward: mean(rewards.all),
          }),
          ...(settings.logDomains && {
            domains: domainMetrics(all, groupSize, rewards.all),
          }),
          clipFraction: stats["clipFraction"] ?? 0,
          ...kl(),
        }),
      };
    };
  });
}

/** Tokens that the updates read, and those that were scored for old log-probs and for the reference. */
function tokensOf(
  samples: readonly PolicySample[],
  settings: GrpoSettings,
): { trained: number; scored?: number } {
  const { updatesPerRollout, klCoef } = settings;
  const used = sumTokens(samplesWithGradient(samples, settings));
  const passes = Number(updatesPerRollout > 1) + Number(klCoef !== 0);
  const scored = passes * sumTokens(samples);
  return { trained: used * updatesPerRollout, ...(scored > 0 && { scored }) };
}

/** KL to the reference from the log-probs that the loss needed anyway; nothing where it needs none. */
function klOfSamples(
  rollouts: readonly Rollout[],
  samples: readonly PolicySample[],
  klCoef: number,
): Partial<KlEstimate> {
  if (klCoef === 0 || rollouts.length === 0) return {};
  return klFromLogprobs(
    rollouts,
    samples.map(({ reference }) => reference!),
  );
}
