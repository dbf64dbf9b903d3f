/** Group-normalised advantages of GRPO. */

/**
 * Advantage of each rollout of one group: its reward against the others of the same prompt.
 *
 *   A_i = (r_i − mean(r)) / (std(r) + 1e-6),   std unbiased (n − 1)
 *
 * A group of equal rewards has advantage 0 everywhere. A group of one is centred and not scaled, so its advantage is 0 too.
 *
 * Source: Shao et al. 2024 (arXiv 2402.03300), §4.1.2, with the authors' 1e-6.
 *
 * @param rewards rewards of the group
 * @throws RangeError the group is empty
 * @example
 * groupAdvantages([1, 0]) // [0.7071, -0.7071]
 */
export function groupAdvantages(rewards: readonly number[]): number[] {
  const n = rewards.length;
  if (n === 0)
    throw new RangeError(
      "groupAdvantages: group must have at least 1 reward, got 0",
    );
  const mean = rewards.reduce((a, b) => a + b, 0) / n;
  const centred = rewards.map((r) => r - mean);
  if (rewards.every((r) => r === rewards[0])) return rewards.map(() => 0);
  const std = Math.sqrt(centred.reduce((sum, d) => sum + d * d, 0) / (n - 1));
  return centred.map((d) => d / (std + 1e-6));
}
