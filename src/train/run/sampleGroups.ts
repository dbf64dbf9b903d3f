/** The rollouts of one GRPO step: a fixed number of groups, or as many as it takes to find groups that teach something. */
import type { Task } from "../../domains/index.js";
import type { Policy } from "../../model/index.js";
import { rollouts, type Rollout } from "../../rollout/index.js";
import type { Tokenizer } from "../../tokenizer/index.js";
import type { GrpoSettings } from "../grpoSettings.js";
import { trainingRewards } from "../loss/trainingRewards.js";
import { tasksOfStep } from "./tasks.js";

/** Rollouts of one step; those of a group stand together. */
export interface SampledGroups {
  /** Everything that was sampled: what the log describes. */
  all: Rollout[];
  /** What is trained on. */
  trained: Rollout[];
  /** What each of them is rewarded with: its verdict, or the control that the run asks for. */
  rewards: { all: number[]; trained: number[] };
  /** Seconds of verifiers and environments. */
  graded: number;
}

/**
 * Sample one step.
 *
 * With `dynamicSampling`, groups of equal reward are dropped and other tasks are drawn in their place, at most `refills` times
 * (DAPO, Yu et al. 2025, arXiv 2503.14476, §3.2, which goes on without a limit); under quotas a task is replaced by one of its
 * domain.
 */
export function sampleGroups(
  settings: GrpoSettings,
  step: number,
  policy: Policy,
  tokenizer: Tokenizer,
): SampledGroups {
  const { seed, groupSize, promptsPerStep, temperature } = settings;
  const rewards: SampledGroups["rewards"] = { all: [], trained: [] };
  const result: SampledGroups = { all: [], trained: [], rewards, graded: 0 };
  const rounds = settings.dynamicSampling ? 1 + settings.refills : 1;
  let wanted = promptsPerStep;
  let drawn = 0;
  let flat: Task[] = [];
  for (let round = 0; round < rounds && wanted > 0; round++) {
    const tasks = tasksOfStep(settings, step, wanted, {
      from: drawn,
      replaces: round > 0 ? flat : undefined,
    });
    const sampled = rollouts(
      policy,
      tokenizer,
      tasks.flatMap((task) => Array.from({ length: groupSize }, () => task)),
      {
        seed,
        stream: `${settings.name}/rollouts/${step}`,
        names: Array.from({ length: wanted * groupSize }, (_, i) =>
          String(drawn * groupSize + i),
        ),
        temperature,
        onGraded: (seconds) => (result.graded += seconds),
      },
    );
    const given = trainingRewards(sampled, {
      ...settings,
      stream: `${settings.name}/rewards/${step}`,
      from: drawn * groupSize,
    });
    drawn += wanted;
    result.all.push(...sampled);
    rewards.all.push(...given);
    flat = [];
    tasks.forEach((task, g) => {
      const [from, to] = [g * groupSize, (g + 1) * groupSize];
      const own = given.slice(from, to);
      if (settings.dynamicSampling && isFlat(own)) flat.push(task);
      else {
        result.trained.push(...sampled.slice(from, to));
        rewards.trained.push(...own);
      }
    });
    wanted = flat.length;
  }
  return result;
}

/**
 * Whether a group teaches nothing: all its answers are rewarded, or none is. DAPO's condition is on correctness, not on shaped rewards,
 * which a penalty on length makes differ even where no answer is right.
 */
function isFlat(rewards: readonly number[]): boolean {
  return rewards.every((reward) => reward === rewards[0]);
}
