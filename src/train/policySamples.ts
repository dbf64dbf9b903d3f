/** From rollouts to what the update needs: one advantage a rollout, one mark and log-prob a token. */
import { tf } from "../engine/index.js";
import { Policy, scoreSequences } from "../model/index.js";
import type { Rollout } from "../rollout/index.js";
import {
  groupAdvantages,
  positivePart,
  type AdvantageKind,
} from "./advantages.js";
import type { PolicySample } from "./grpo.js";
import { rolloutSequence } from "./rolloutSequence.js";
import { trainedRewards, type Overlong } from "./overlong.js";
import { withTemperature } from "./withTemperature.js";

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
  /** Default "std". */
  advantage?: AdvantageKind;
  /** Default false. */
  positiveOnly?: boolean;
  /** Default "score". */
  overlong?: Overlong;
  /** Stretch before the limit over which "penalty" grows, fraction of the limit; default 0.2. */
  overlongBuffer?: number;
}

/** Samples of one step, in the order of the rollouts. */
export function policySamples(
  rollouts: readonly Rollout[],
  options: PolicySampleOptions,
): PolicySample[] {
  const { groupSize, temperature, advantage: kind } = options;
  const { positiveOnly = false } = options;
  const { overlong = "score", overlongBuffer = 0.2 } = options;
  const rows = rollouts.map(rolloutSequence);
  const sequences = rows.map(({ tokens }) => tokens);
  const old = options.old && score(options.old, sequences, temperature);
  const reference =
    options.reference && score(options.reference, sequences, temperature);
  const rewards = trainedRewards(rollouts, overlong, overlongBuffer);
  const advantages: number[] = [];
  for (let i = 0; i < rewards.length; i += groupSize) {
    const group = groupAdvantages(rewards.slice(i, i + groupSize), kind);
    advantages.push(...(positiveOnly ? positivePart(group) : group));
  }
  return rollouts.map(({ promptTokens, logprobs, finish }, i) => {
    const { tokens, mask } = rows[i]!;
    const isMasked = overlong === "mask" && finish === "length";
    return {
      tokens,
      mask: isMasked ? mask.map(() => false) : mask,
      rollout: [...promptTokens.map(() => 0), ...logprobs],
      advantage: advantages[i]!,
      old: old?.[i],
      reference: reference?.[i],
    };
  });
}

function score(
  policy: Policy,
  sequences: readonly (readonly number[])[],
  temperature: number,
): Float32Array[] {
  let scores: Float32Array[] = [];
  tf.tidy(() => {
    scores = scoreSequences(
      new Policy(policy.config, withTemperature(policy.weights, temperature)),
      sequences,
    );
  });
  return scores;
}
