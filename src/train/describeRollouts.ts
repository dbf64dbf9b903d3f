/** The numbers that a log line keeps of a step's rollouts. */
import { DOMAINS } from "../domains/index.js";
import type { Rollout } from "../rollout/index.js";
import type { RolloutMetrics, TokenCounts } from "./metrics.js";

/** Rewards, outcomes, groups and lengths of a step; rollouts of one task stand together. */
export function describeRollouts(
  rollouts: readonly Rollout[],
  groupSize: number,
): RolloutMetrics {
  const rewards = rollouts.map(({ verdict }) => verdict.reward);
  const groups = rollouts.length / groupSize;
  const isFlat = (group: number): boolean =>
    rewards
      .slice(group * groupSize, (group + 1) * groupSize)
      .every((r) => r === rewards[group * groupSize]);
  const share = (outcome: string): number =>
    mean(rollouts.map(({ verdict }) => Number(verdict.outcome === outcome)));
  const { sampled } = countTokens(rollouts);
  const logprobs = rollouts.reduce(
    (sum, rollout) => sum + rollout.logprobs.reduce((a, b) => a + b, 0),
    0,
  );
  return {
    reward: mean(rewards),
    rewards: Object.fromEntries(
      DOMAINS.map(
        (domain) =>
          [
            domain,
            rewards.filter((_, i) => rollouts[i]!.task.domain === domain),
          ] as const,
      )
        .filter(([, list]) => list.length > 0)
        .map(([domain, list]) => [domain, mean(list)]),
    ),
    outcomes: {
      correct: share("correct"),
      wrong: share("wrong"),
      noAnswer: share("noAnswer"),
      truncated: share("truncated"),
    },
    groups,
    zeroVarianceGroups: Array.from(
      { length: groups },
      (_, group) => group,
    ).filter(isFlat).length,
    entropy: -logprobs / sampled,
    completionTokens: sampled / rollouts.length,
  };
}

/** Tokens that the rollouts read and sampled. */
export function countTokens(
  rollouts: readonly Rollout[],
): Pick<TokenCounts, "prefill" | "sampled"> {
  let prefill = 0;
  let sampled = 0;
  for (const rollout of rollouts) {
    const own = rollout.sampled.filter(Boolean).length;
    sampled += own;
    prefill += rollout.promptTokens.length + rollout.tokens.length - own;
  }
  return { prefill, sampled };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
