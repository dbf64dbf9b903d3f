/** How far a policy is from another one on the tokens that it sampled. */
import type { Domain } from "../../domains/index.js";
import {
  scoreSequences,
  type Policy,
  type ScoreOptions,
} from "../../model/index.js";
import type { Rollout } from "../../rollout/index.js";
import { rolloutSequence } from "../rolloutSequence.js";

/** Mean over sampled tokens, nats per token: of all rollouts, and of each domain's. */
export interface KlEstimate {
  kl: number;
  kls: Partial<Record<Domain, number>>;
}

/**
 * Estimate of KL(policy‖other): the mean of log p(policy) − log p(other) over the sampled tokens.
 *
 * @param other log-probs of the other policy: one list per rollout, one entry per token of prompt and completion
 */
export function klFromLogprobs(
  rollouts: readonly Rollout[],
  other: readonly ArrayLike<number>[],
): KlEstimate {
  const all = { sum: 0, tokens: 0 };
  const byDomain = new Map<Domain, typeof all>();
  rollouts.forEach(({ task, promptTokens, sampled, logprobs }, i) => {
    const own = byDomain.get(task.domain) ?? { sum: 0, tokens: 0 };
    byDomain.set(task.domain, own);
    sampled.forEach((isOwn, t) => {
      if (!isOwn) return;
      const difference = logprobs[t]! - other[i]![promptTokens.length + t]!;
      for (const part of [all, own]) {
        part.sum += difference;
        part.tokens++;
      }
    });
  });
  const mean = ({ sum, tokens }: typeof all): number => sum / tokens;
  return {
    kl: mean(all),
    kls: Object.fromEntries(
      [...byDomain].map(([domain, own]) => [domain, mean(own)]),
    ),
  };
}

/** The same, the other policy's log-probs computed here. */
export function klEstimate(
  rollouts: readonly Rollout[],
  other: Policy,
  options: ScoreOptions,
): KlEstimate {
  const scores = scoreSequences(other, rollouts.map(rolloutSequence), options);
  return klFromLogprobs(rollouts, scores);
}
