/** Advantages of a group of rollouts: each against the others of the same prompt. */
import { checkFinite } from "../../error.js";
import { mean, total } from "../../stats/index.js";

/**
 * How rewards of a group become advantages, n rewards with mean r̄:
 * - "std": (r_i − r̄) / (std + 1e-6), std unbiased (n − 1); Shao et al. 2024 (arXiv 2402.03300), §4.1.2, with the authors' 1e-6;
 * - "centred": r_i − r̄; groups whose rewards hardly differ are not blown up, Liu et al. 2025 (arXiv 2503.20783);
 * - "leaveOneOut": r_i − mean of the other n − 1, an unbiased baseline, Ahmadian et al. 2024 (arXiv 2402.14740).
 */
export type AdvantageKind = "std" | "centred" | "leaveOneOut";

/**
 * Advantage of each rollout of one group.
 *
 * A group of equal rewards has advantage 0 everywhere, whatever the kind. So has a group of one.
 *
 * @param rewards rewards of the group
 * @param kind    default "std"
 * @throws RangeError the group is empty, or a reward is not a finite number
 * @example
 * groupAdvantages([1, 0]) // [0.7071, -0.7071]
 */
export function groupAdvantages(
  rewards: readonly number[],
  kind: AdvantageKind = "std",
): number[] {
  const n = rewards.length;
  if (n === 0)
    throw new RangeError(
      "groupAdvantages: group must have at least 1 reward, got 0",
    );
  checkFinite("groupAdvantages", "rewards", rewards);
  const centre = mean(rewards);
  const centred = rewards.map((r) => r - centre);
  if (rewards.every((r) => r === rewards[0])) return rewards.map(() => 0);
  if (kind === "centred") return centred;
  // r_i − (n r̄ − r_i) / (n − 1) = (r_i − r̄) n / (n − 1)
  if (kind === "leaveOneOut") return centred.map((d) => (d * n) / (n - 1));
  const std = Math.sqrt(total(centred.map((d) => d * d)) / (n - 1));
  return centred.map((d) => d / (std + 1e-6));
}

/**
 * Advantages with those below 0 set to 0: good answers are made more likely, bad ones are left alone.
 *
 * What is kept is fine-tuning on the policy's own better answers, each weighted by how rare it is in its group.
 *
 * @throws RangeError an advantage is not a finite number
 * @example
 * positivePart([0.7, -0.7]) // [0.7, 0]
 */
export function positivePart(advantages: readonly number[]): number[] {
  checkFinite("positivePart", "advantages", advantages);
  return advantages.map((advantage) => Math.max(0, advantage));
}
