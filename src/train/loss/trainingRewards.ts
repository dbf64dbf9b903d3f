/** What an RL run is rewarded for: right answers, or one of two controls that say nothing about them. */
import { key, uniform } from "../../random.js";
import type { Rollout } from "../../rollout/index.js";

/**
 * Where rewards come from:
 * - "verified": the verifier's verdict (the paper);
 * - "random": a coin for every answer, whatever it says;
 * - "format": whether the answer has the form that its verifier can read, whatever it claims.
 *
 * The last two are controls: what a model gains by them it gains by training on its own answers, or by their form, and not by learning
 * which are right. Source: Shao et al. 2025 (arXiv 2506.10947), "Spurious Rewards".
 */
export type RewardKind = "verified" | "random" | "format";

/** How training rewards are made. */
export interface TrainingRewardOptions {
  reward: RewardKind;
  /** Chance that a random reward is 1, in (0, 1]. */
  rewardRate: number;
  /** Seed of the coins. */
  seed: number;
  /** Name of the coins' random stream: that of the run and its step. */
  stream: string;
  /** Position of the first rollout among those of the step; default 0. */
  from?: number;
}

/**
 * The reward that each rollout is trained on, before any penalty on length.
 *
 * A coin belongs to the seed, the stream, the task and the rollout's place in its step, so that a run that is resumed or repeated sees the
 * same ones; it does not depend on what the rollout says, since equal answers with equal coins would be a rule that can be learned.
 *
 * @returns 0 or 1 for each rollout, in their order
 * @example
 * const drawn = rollout.rollouts(policy, tokenizer, [task, task], { seed: 1, stream: "math/0" });
 * trainingRewards(drawn, { reward: "random", rewardRate: 0.5, seed: 1, stream: "math/rewards/0" }).length // 2
 */
export function trainingRewards(
  rollouts: readonly Rollout[],
  { reward, rewardRate, seed, stream, from = 0 }: TrainingRewardOptions,
): (0 | 1)[] {
  switch (reward) {
    case "verified":
      return rollouts.map(({ verdict }) => verdict.reward);
    case "random":
      return rollouts.map(({ task }, i) => {
        const coin = uniform(key(seed, `${stream}/${task.id}`), from + i);
        return coin < rewardRate ? 1 : 0;
      });
    case "format":
      return rollouts.map(formatReward);
  }
}

/**
 * Whether an answer has its domain's form: its last turn closes its thinking (where its task wants one), and its verifier found an answer to grade (a box, a program,
 * an option, a call of a tool, or any text where the domain asks for no form). Truncated answers have none.
 */
export function formatReward({ task, text, verdict }: Rollout): 0 | 1 {
  const graded = verdict.outcome === "correct" || verdict.outcome === "wrong";
  const closes = task.form?.gate === "none" || text.includes("</think>");
  return graded && closes ? 1 : 0;
}
