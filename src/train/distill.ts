/**
 * On-policy distillation: the update rule of MT-OPD.
 *
 * It is GRPO's policy gradient with another advantage: not one number a rollout, from its reward, but one a token, from a
 * teacher.
 *
 *   A_t = log p_teacher(x_t | x_<t) − log p_student(x_t | x_<t)
 *
 * on the tokens x that the student sampled. Its mean is the negative reverse KL divergence, so the gradient lowers
 * KL(student‖teacher) at every position that the student reaches, and vanishes where student and teacher agree.
 *
 * As in the authors' code: no reward, baseline, normalisation or discount; clipping at 0.2 on both sides; mean over samples of
 * each sample's token mean; no importance-sampling weight; tool results get no loss.
 *
 * Departs from the authors' code (slime):
 * - the student's log-probs are those that the sampler reported; the code computes them again with the trainer, which is another
 *   engine than its sampler (here the two agree to rounding);
 * - a teacher reads the student's token ids from the same lists that are trained; the code pairs two lists and cuts both from the
 *   front when their lengths differ;
 * - a domain without a teacher is an error; the code sends every unknown kind of task to the agent's teacher;
 * - verifiers still grade the rollouts, for the log alone.
 *
 * Source: paper §3.1 and appendix A; Agarwal et al. 2024 (arXiv 2306.13649), Gu et al. 2024 (arXiv 2306.08543).
 */
import type { Rollout } from "../rollout/index.js";
import type { PolicySample } from "./grpo.js";
import { rolloutSequence } from "./rolloutSequence.js";

/**
 * Samples of one step for `grpoLosses`, in the order of the rollouts.
 *
 * @param teacher log-probs by the teacher of each rollout's domain: one list a rollout, one entry a token of prompt and
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
      advantage: row.mask.map((marked, t) =>
        marked ? teacher[i]![t]! - student[t]! : 0,
      ),
      old: old?.[i],
    };
  });
}
