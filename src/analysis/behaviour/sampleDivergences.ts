/** Sample completions of one policy and measure how far other policies are from it on them: the raw numbers of Figure 4. */
import type { Domain, FinishReason, Task } from "../../domains/index.js";
import { divergences, type Policy } from "../../model/index.js";
import { rollouts } from "../../rollout/index.js";
import type { Tokenizer } from "../../tokenizer/index.js";

/** One completion y ~ π(· | x), sums over its sampled tokens, in nats. */
export interface DivergenceSample {
  /** Domain of the prompt x. */
  data: Domain;
  task: string;
  /** Which of the samples of this task, from 0. */
  sample: number;
  reward: 0 | 1;
  finish: FinishReason;
  /** Sampled tokens; tool results and headers are not counted and not compared. */
  tokens: number;
  /**
   * ln π(y | x) as the decoder sampled it − as the forward pass scores it: the policy against itself. It is what a comparison
   * of a sampler's log-probs with a trainer's would add.
   */
  self: number;
  /** By name of the other policy. */
  models: Record<string, SampledDivergence>;
  /** What was written, of the first sample of the first few tasks of each domain. */
  completion?: string;
}

/** One other policy q along one completion. */
export interface SampledDivergence {
  /** Σ_t KL(π(· | y_<t) ‖ q(· | y_<t)), over the whole vocabulary. */
  kl: number;
  /** ln π(y | x) − ln q(y | x). */
  logRatio: number;
}

/** Options of `sampleDivergences`. */
export interface SampleDivergencesOptions {
  seed: number;
  /** Completions a task, default 1. */
  samples?: number;
  /** Of how many tasks of each domain the first sample's text is kept, default 2. */
  keep?: number;
}

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};

/**
 * Sample a policy on tasks at temperature 1 and score each completion under it and under other policies, all by the same
 * forward pass.
 *
 * Random numbers are keyed by (seed, task, sample) and not by the policy, so two policies meet the same luck.
 *
 * Source: paper §3.4, Eq. 1: the expectation over x ~ 𝒜, y ~ π_E(· | x).
 *
 * @param policy  π, the one that writes
 * @param others  the policies that it is compared with, by name
 * @param tasks   the prompts x, each counted with the domain it belongs to
 * @returns tasks in their order, then samples
 * @throws RangeError samples is not a positive integer · InfrastructureError a verifier or environment broke
 * @example
 * sampleDivergences(expert, { ties: merged }, tokenizer, [task], { seed: 1 })[0].models.ties.kl
 */
export function sampleDivergences(
  policy: Policy,
  others: Readonly<Record<string, Policy>>,
  tokenizer: Tokenizer,
  tasks: readonly Task[],
  { seed, samples = 1, keep = 2 }: SampleDivergencesOptions,
): DivergenceSample[] {
  if (!Number.isInteger(samples) || samples < 1)
    throw new RangeError(
      `sampleDivergences: samples must be a positive integer, got ${samples}`,
    );
  const repeated = tasks.flatMap((task) =>
    Array.from({ length: samples }, () => task),
  );
  const rolled = rollouts(policy, tokenizer, repeated, {
    seed,
    stream: "divergence",
    names: repeated.map(({ id }, i) => `${id}/${i % samples}`),
  });
  const names = Object.keys(others);
  const found = divergences(
    policy,
    names.map((name) => others[name]!),
    rolled.map(({ promptTokens, tokens, sampled }) => ({
      tokens: [...promptTokens, ...tokens],
      mask: [...promptTokens.map(() => false), ...sampled],
    })),
  );
  const kept = new Set(
    [...new Set(tasks.map(({ domain }) => domain))].flatMap((domain) =>
      tasks.filter((task) => task.domain === domain).slice(0, keep),
    ),
  );
  return rolled.map((rollout, i): DivergenceSample => {
    const { logprobs, others: each } = found[i]!;
    const line: DivergenceSample = {
      data: rollout.task.domain,
      task: rollout.task.id,
      sample: i % samples,
      reward: rollout.verdict.reward,
      finish: rollout.finish,
      tokens: logprobs.length,
      self: sum(rollout.logprobs) - sum(logprobs),
      models: Object.fromEntries(
        names.map((name, m) => {
          const { kl, logRatio } = each[m]!;
          return [name, { kl: sum(kl), logRatio: sum(logRatio) }];
        }),
      ),
    };
    return i % samples === 0 && kept.has(rollout.task)
      ? { ...line, completion: rollout.transcript }
      : line;
  });
}
