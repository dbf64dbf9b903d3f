/** From rollouts to what the update needs: one advantage a rollout, one mark and log-prob a token. */
import { tf } from "../engine/index.js";
import { Policy, scoreSequences } from "../model/index.js";
import type { Rollout } from "../rollout/index.js";
import { groupAdvantages } from "./advantages.js";
import type { PolicySample } from "./grpo.js";
import { tempered } from "./tempered.js";

/** How to prepare samples. */
export interface PolicySampleOptions {
  /** Rollouts of one task stand together, so many of them. */
  groupSize: number;
  /** Sampling temperature. */
  temperature: number;
  /** The policy that sampled, when its log-probs before the update are needed: more than one update follows. */
  old?: Policy;
  /** The reference policy of the KL term. */
  reference?: Policy;
}

/** Samples of one step, in the order of the rollouts. */
export function policySamples(
  rollouts: readonly Rollout[],
  options: PolicySampleOptions,
): PolicySample[] {
  const { groupSize, temperature } = options;
  const sequences = rollouts.map(({ promptTokens, tokens }) => [
    ...promptTokens,
    ...tokens,
  ]);
  const old = options.old && score(options.old, sequences, temperature);
  const reference =
    options.reference && score(options.reference, sequences, temperature);
  const advantages: number[] = [];
  for (let i = 0; i < rollouts.length; i += groupSize) {
    advantages.push(
      ...groupAdvantages(
        rollouts.slice(i, i + groupSize).map(({ verdict }) => verdict.reward),
      ),
    );
  }
  return rollouts.map(({ promptTokens, sampled, logprobs }, i) => ({
    tokens: sequences[i]!,
    marks: [...promptTokens.map(() => false), ...sampled],
    rollout: [...promptTokens.map(() => 0), ...logprobs],
    advantage: advantages[i]!,
    old: old?.[i],
    reference: reference?.[i],
  }));
}

function score(
  policy: Policy,
  sequences: readonly number[][],
  temperature: number,
): Float32Array[] {
  let scores: Float32Array[] = [];
  tf.tidy(() => {
    scores = scoreSequences(
      new Policy(policy.config, tempered(policy.weights, temperature)),
      sequences,
    );
  });
  return scores;
}
