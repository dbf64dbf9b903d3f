/**
 * On-policy distillation: the update rule of MT-OPD.
 *
 * It is GRPO's policy gradient with another advantage: not one number per rollout, from its reward, but one per token, from
 * a teacher.
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
import { hashModel } from "../checkpoint/index.js";
import type { Task } from "../domains/index.js";
import {
  completionLength,
  loadPolicy,
  scoreSequences,
  sumTokens,
  type MaskedSequence,
  type Policy,
} from "../model/index.js";
import { rollouts, type Rollout } from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import {
  distillSettings,
  type DistillSettings,
  type TrainDistillOptions,
} from "./distillSettings.js";
import { distillSamples } from "./loss/distillSamples.js";
import { grpoLosses } from "./loss/grpoLoss.js";
import { fullKlLosses } from "./loss/klLoss.js";
import { sftLosses } from "./loss/sftLoss.js";
import type { Loss } from "./optim/gradient.js";
import { rolloutSequence } from "./rolloutSequence.js";
import { klFromLogprobs } from "./run/klEstimate.js";
import type { DistillMetrics } from "./run/metrics.js";
import {
  countTokens,
  domainMetrics,
  rolloutMetrics,
} from "./run/rolloutMetrics.js";
import { tasksOfStep } from "./run/tasks.js";
import { Teachers } from "./run/teachers.js";
import { train, type TrainResult } from "./run/train.js";
import { total } from "../stats/index.js";

/**
 * Distil several teachers into one student, and write the model.
 *
 * Multi-teacher on-policy distillation (MT-OPD) by default: the student answers tasks of all domains, the teacher of a task's
 * domain scores the student's exact tokens, and each token's advantage is the teacher's log-prob minus the student's.
 * Defaults: 30 steps of 64 tasks × 4 rollouts (paper: 200 steps of 256 × 4), Adam β (0.9, 0.98), weight decay 0.1, clipping at
 * norm 1; learning rate 1e-4, constant. `method` has the exact and the off-policy forms. All settings: `DISTILL_SETTINGS`.
 *
 * Determinism: the same options, seed and engine give the same bytes, whether or not the run was interrupted.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, one has no teacher, a teacher has another
 *   tokenizer, or loss or gradient is not finite · InfrastructureError a verifier broke. The last checkpoint stays, and starting
 *   again resumes there.
 * @example
 * await trainDistill({ init: "models/sft", teachers: { math: "models/math" }, out: "models/opd", log: "opd.jsonl", seed: 1, steps: 2, promptsPerStep: 2 })
 */
export async function trainDistill(
  options: TrainDistillOptions,
): Promise<TrainResult<DistillMetrics>> {
  const settings = distillSettings(options);
  const { init, teachers: folders } = options;
  const { domains, groupSize, updatesPerRollout } = settings;
  const trainer = {
    ...({ who: "trainDistill", kind: "distill" } as const),
    ...{ init: hashModel(init), source: init, open: () => loadPolicy(init) },
    teachers: Object.fromEntries(
      domains.map((domain) => [domain, hashModel(folders[domain]!)]),
    ),
    ...{ settings, checkpointEvery: 10 },
  };
  return train<DistillMetrics>(trainer, options, (model) => {
    const { policy: student, tokenizer, own } = model;
    const teachers = own(new Teachers(folders, domains, student, tokenizer));

    return (s, clock) => {
      // 1. Rollouts: the student's, or each domain's by its teacher.
      const sampled = sample(s, settings, student, teachers, tokenizer);
      clock.lap("rollout", sampled.graded);

      // 2. The losses of the method; on-policy, each teacher scores the rollouts of its domain here.
      const all = sampled.rollouts;
      const rows = all.map(rolloutSequence);
      const { losses, scored, kl } = METHODS[settings.method]({
        rollouts: all,
        rows,
        settings,
        student,
        teachers,
      });
      clock.lap("reward");

      // 3. The frame takes the gradient and updates by AdamW.
      return {
        losses,
        updates: updatesPerRollout,
        tokens: {
          ...countTokens(all),
          trained: sumTokens(rows) * updatesPerRollout,
          scored,
        },
        log: ({ loss }, { stats }) => ({
          ...rolloutMetrics(all, groupSize),
          domains: domainMetrics(all, groupSize),
          ...(stats["clipFraction"] !== undefined && {
            clipFraction: stats["clipFraction"],
          }),
          ...kl(loss),
        }),
      };
    };
  });
}

/** What a method works with: the rollouts of a step and who takes part. */
interface Batch {
  rollouts: readonly Rollout[];
  rows: readonly MaskedSequence[];
  settings: DistillSettings;
  student: Policy;
  teachers: Teachers;
}

/** Losses of one step, and what they cost. */
interface StepLosses {
  losses: Loss[];
  /** Tokens that were or will be read by forward passes alone. */
  scored: number;
  /** How far apart student and teachers are, from the loss before the update. */
  kl: (loss: number) => Pick<DistillMetrics, "kl" | "kls">;
}

/** The distillation loss of each method. */
const METHODS: Readonly<
  Record<DistillSettings["method"], (batch: Batch) => StepLosses>
> = {
  onPolicy,
  reverseKl: (batch) => exactKl(batch, "reverse"),
  forwardKl: (batch) => exactKl(batch, "forward"),
  offPolicy,
};

/** Each sampled token's advantage is log p(teacher) − log p(student). */
function onPolicy(batch: Batch): StepLosses {
  const { rollouts, rows, settings, student, teachers } = batch;
  const passes = passesOf(settings);
  const scores: Float32Array[] = [];
  for (const { teacher, indices } of routed(batch, teachers)) {
    const own = indices.map((i) => rows[i]!);
    scoreSequences(teacher, own, passes).forEach((score, j) => {
      scores[indices[j]!] = score;
    });
  }
  const { updatesPerRollout, clipEps, clipEpsHigh } = settings;
  const old =
    updatesPerRollout > 1 ? scoreSequences(student, rows, passes) : undefined;
  return {
    losses: grpoLosses(student.config, distillSamples(rollouts, scores, old), {
      ...passes,
      ...{ clipEps, clipEpsHigh, importanceSampling: "none" },
    }),
    scored: sumTokens(rows) * (old ? 2 : 1),
    kl: () => klFromLogprobs(rollouts, scores),
  };
}

/** The divergence over the whole vocabulary at each token. */
function exactKl(batch: Batch, direction: "reverse" | "forward"): StepLosses {
  const { rows, settings, student, teachers } = batch;
  const taught = routed(batch, teachers).map(({ teacher, indices }) => ({
    teacher,
    rows: indices.map((i) => rows[i]!),
  }));
  return {
    losses: fullKlLosses(student.config, taught, {
      ...passesOf(settings),
      direction,
    }),
    scored: sumTokens(rows) * settings.updatesPerRollout,
    kl: (loss) => ({ kl: loss }),
  };
}

/** Fine-tuning on what the teachers wrote. */
function offPolicy({ rollouts, rows, settings, student }: Batch): StepLosses {
  const written = rollouts.flatMap(({ logprobs }) => logprobs);
  const tokens = rows.reduce((sum, row) => sum + completionLength(row), 0);
  const own = total(written) / tokens;
  return {
    losses: sftLosses(
      student.config,
      rows,
      settings.microBatchTokens,
      settings,
    ),
    scored: 0,
    kl: (loss) => ({ kl: own + loss }),
  };
}

function passesOf(settings: DistillSettings): {
  maxTokens: number;
  temperature: number;
  gradientCheckpointing: boolean;
} {
  const { microBatchTokens, temperature, gradientCheckpointing } = settings;
  return { maxTokens: microBatchTokens, temperature, gradientCheckpointing };
}

function routed(
  { rollouts }: Batch,
  teachers: Teachers,
): ReturnType<Teachers["route"]> {
  return teachers.route(rollouts.map(({ task }) => task.domain));
}

/** Rollouts of one step, a task's together: by the student, or each domain's by its teacher. */
function sample(
  step: number,
  settings: DistillSettings,
  student: Policy,
  teachers: Teachers,
  tokenizer: Tokenizer,
): { rollouts: Rollout[]; graded: number } {
  const tasks = tasksOfStep(settings, step, settings.promptsPerStep).flatMap(
    (task): Task[] => Array.from({ length: settings.groupSize }, () => task),
  );
  const writers =
    settings.method === "offPolicy"
      ? teachers.route(tasks.map(({ domain }) => domain))
      : [{ teacher: student, indices: tasks.map((_, i) => i) }];
  const sampled: Rollout[] = [];
  let graded = 0;
  for (const { teacher: writer, indices } of writers) {
    const own = indices.map((i) => tasks[i]!);
    const written = rollouts(writer, tokenizer, own, {
      seed: settings.seed,
      stream: `${settings.name}/rollouts/${step}`,
      names: indices.map(String),
      temperature: settings.temperature,
      onGraded: (seconds) => (graded += seconds),
    });
    written.forEach((rollout, j) => (sampled[indices[j]!] = rollout));
  }
  return { rollouts: sampled, graded };
}
