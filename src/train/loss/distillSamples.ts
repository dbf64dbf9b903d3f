/** From rollouts and their teachers' log-probs to what the on-policy update needs: one advantage per token. */
import type { Rollout } from "../../rollout/index.js";
import { rolloutSequence } from "../rolloutSequence.js";
import type { PolicySample } from "./grpoLoss.js";

/**
 * Samples of one step for `grpoLosses`, in the order of the rollouts.
 *
 *   A_t = log p_teacher(x_t | x_<t) − log p_student(x_t | x_<t)
 *
 * @param teacher log-probs by the teacher of each rollout's domain: one list per rollout, one entry per token of prompt and
 *   completion
 * @param old     log-probs of the student before the update, needed when more than one update follows
 */
export function distillSamples(
  rollouts: readonly Rollout[],
  teacher: readonly ArrayLike<number>[],
  old?: readonly ArrayLike<number>[],
): PolicySample[] {
  return rollouts.map((rollout, i) => {
    const row = rolloutSequence(rollout);
    const student = [...rollout.promptTokens.map(() => 0), ...rollout.logprobs];
    return {
      ...row,
      rollout: student,
      advantage: row.mask.map((sampled, t) =>
        sampled ? teacher[i]![t]! - student[t]! : 0,
      ),
      old: old?.[i],
    };
  });
}
