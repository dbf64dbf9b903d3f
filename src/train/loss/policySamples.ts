/** From rollouts to what the update needs: one advantage per rollout, one mask entry and log-prob per token. */
import { scoreSequences, type Policy } from "../../model/index.js";
import type { Rollout } from "../../rollout/index.js";
import { rolloutSequence } from "../rolloutSequence.js";
import {
  groupAdvantages,
  positivePart,
  type AdvantageKind,
} from "./advantages.js";
import type { PolicySample } from "./grpoLoss.js";
import { shapedRewards, type Overlong } from "./overlong.js";

/** How to prepare samples. */
export interface PolicySampleOptions {
  /** Rollouts of one task stand together, so many of them. */
  groupSize: number;
  /** Sampling temperature. */
  temperature: number;
  /** Tokens of one scoring pass, padding included; default 8192. */
  microBatchTokens?: number;
  /** The policy that sampled, when its log-probs before the update are needed: more than one update follows. */
  old?: Policy;
  /** The reference policy of the KL term. */
  reference?: Policy;
  /** What each rollout is rewarded with, in their order; default the verifiers' rewards. */
  rewards?: readonly number[];
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
  const score = (policy: Policy | undefined): Float32Array[] | undefined =>
    policy &&
    scoreSequences(policy, rows, {
      maxTokens: options.microBatchTokens,
      temperature,
    });
  const old = score(options.old);
  const reference = score(options.reference);
  const given =
    options.rewards ?? rollouts.map(({ verdict }) => verdict.reward);
  const rewards = shapedRewards(rollouts, given, overlong, overlongBuffer);
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
