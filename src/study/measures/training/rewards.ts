/** Measure `rewards`: rewards along reinforcement learning (Figure 9), from the training logs. */
import type { GrpoMetrics } from "../../../train/index.js";
import type { Ref } from "../../graph/model.js";
import { rewardRows, type RewardRow } from "../../rows/rewards.js";
import { manyModels, object } from "../../spec/field.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `rewards`. */
export interface RewardsOptions {
  /** Runs of reinforcement learning. */
  models: Ref[];
}

/** The measure. */
export const rewards: Measure<RewardsOptions, { rewards: RewardRow }> = {
  ...NOTHING,
  key: "rewards",
  about: "rewards of every step of reinforcement learning",
  version: 1,
  options: object<RewardsOptions>({ models: manyModels }),
  rowFiles: ["rewards"],
  reads: ({ models }) => models,
  logs: ({ models }) => models.map(({ model }) => model),
  rows: ({ options }, results) => ({
    rewards: rewardRows(
      results.study.seeds.flatMap((seed) =>
        options.models.map(({ model }) => ({
          model,
          seed,
          log: results.log<GrpoMetrics>(model, seed),
        })),
      ),
    ),
  }),
};
