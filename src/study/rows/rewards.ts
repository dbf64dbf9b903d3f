/** Rows of Figure 9: rewards along reinforcement learning. */
import type { Domain } from "../../domains/index.js";
import type { GrpoMetrics } from "../../train/index.js";

/** Mean reward of one training step. */
export interface RewardRow {
  /** A domain, or "multi". */
  run: string;
  seed: number;
  step: number;
  /** Share of rollouts, [0, 1]. */
  reward: number;
  /** The same by domain, of the domains that occurred. */
  byDomain: Partial<Record<Domain, number>>;
}

/** Training rewards, step by step. */
export function rewardRows(
  logs: readonly { model: string; seed: number; log: readonly GrpoMetrics[] }[],
): RewardRow[] {
  return logs.flatMap(({ model, seed, log }) =>
    log.map(({ step, reward, rewards }) => ({
      run: model,
      seed,
      step,
      reward,
      byDomain: rewards,
    })),
  );
}
