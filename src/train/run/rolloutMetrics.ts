/** The numbers that a log line keeps of a step's rollouts. */
import { DOMAINS, type Domain } from "../../domains/index.js";
import type { Rollout } from "../../rollout/index.js";
import type { DomainMetrics, RolloutMetrics, TokenCounts } from "./metrics.js";
import { mean, total } from "../../stats/index.js";

/**
 * Rewards, outcomes, groups and lengths of a step; rollouts of one task stand together.
 *
 * @param trained  what each rollout is rewarded with, where that is not its verdict: it decides which groups give no gradient
 */
export function rolloutMetrics(
  rollouts: readonly Rollout[],
  groupSize: number,
  trained: readonly number[] = rollouts.map(rewardOf),
): RolloutMetrics {
  const share = (outcome: string): number =>
    mean(rollouts.map(({ verdict }) => Number(verdict.outcome === outcome)));
  const all = describe(rollouts, groupSize, trained);
  const domains = byDomain(rollouts);
  return {
    reward: all.reward,
    rewards: Object.fromEntries(
      domains.map(([domain, own]) => [
        domain,
        mean(own.map((i) => rewardOf(rollouts[i]!))),
      ]),
    ),
    outcomes: {
      correct: share("correct"),
      wrong: share("wrong"),
      noAnswer: share("noAnswer"),
      truncated: share("truncated"),
    },
    groups: all.groups,
    zeroVarianceGroups: all.zeroVarianceGroups,
    entropy: all.entropy,
    completionTokens: all.completionTokens,
  };
}

/** The same by domain, of the domains that occurred. */
export function domainMetrics(
  rollouts: readonly Rollout[],
  groupSize: number,
  trained: readonly number[] = rollouts.map(rewardOf),
): Partial<Record<Domain, DomainMetrics>> {
  return Object.fromEntries(
    byDomain(rollouts).map(([domain, own]) => [
      domain,
      describe(
        own.map((i) => rollouts[i]!),
        groupSize,
        own.map((i) => trained[i]!),
      ),
    ]),
  );
}

/** Positions of each domain's rollouts. */
function byDomain(rollouts: readonly Rollout[]): [Domain, number[]][] {
  return DOMAINS.map((domain): [Domain, number[]] => [
    domain,
    rollouts.flatMap(({ task }, i) => (task.domain === domain ? [i] : [])),
  ]).filter(([, own]) => own.length > 0);
}

function describe(
  rollouts: readonly Rollout[],
  groupSize: number,
  trained: readonly number[],
): DomainMetrics {
  const groups = rollouts.length / groupSize;
  const isFlat = (group: number): boolean =>
    trained
      .slice(group * groupSize, (group + 1) * groupSize)
      .every((r) => r === trained[group * groupSize]);
  const { sampled } = countTokens(rollouts);
  const logprobs = rollouts.reduce(
    (sum, rollout) => sum + total(rollout.logprobs),
    0,
  );
  return {
    reward: mean(rollouts.map(rewardOf)),
    truncated: mean(
      rollouts.map(({ verdict }) => Number(verdict.outcome === "truncated")),
    ),
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

function rewardOf({ verdict }: Rollout): number {
  return verdict.reward;
}
