/** The distillation stage: one student, several teachers, each the judge of its own domain. */
import type { Task } from "../domains/index.js";
import { loadPolicy, type Policy } from "../model/index.js";
import { rollouts, type Rollout } from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import {
  countTokens,
  domainMetrics,
  rolloutMetrics,
} from "./rolloutMetrics.js";
import {
  distillSettings,
  type DistillSettings,
  type TrainDistillOptions,
} from "./distillOptions.js";
import { Learner } from "./learner.js";
import { distillLosses } from "./distillLosses.js";
import type { StepReport } from "./loop.js";
import type { DistillMetrics } from "./metrics.js";
import { completeRun, hashWeights, type TrainResult } from "./run.js";
import { tasksOfStep } from "./tasks.js";
import { Teachers } from "./teachers.js";

/**
 * Distil several teachers into one student, and write the model.
 *
 * Multi-teacher on-policy distillation (MT-OPD) by default: the student answers tasks of all domains, the teacher of a task's
 * domain scores the student's exact tokens, and each token's advantage is the teacher's log-prob minus the student's (`distill.ts`).
 * Defaults: 30 steps of 64 tasks × 4 rollouts (paper: 200 steps of 256 × 4), Adam β (0.9, 0.98), weight decay 0.1, clipping at
 * norm 1; learning rate 1e-4, constant. `method` has the exact and the off-policy forms.
 *
 * Determinism: the same options, seed and engine give the same bytes, whether or not the run was interrupted.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, one has no teacher, a teacher has another
 *   tokenizer, or loss or gradient is not finite · InfrastructureError a verifier broke. The last checkpoint stays, and starting
 *   again resumes there.
 * @example
 * await trainDistill({ init: "sft", teachers: { math: "math" }, out: "models/opd", log: "train/opd.jsonl", seed: 1 })
 */
export async function trainDistill(
  options: TrainDistillOptions,
): Promise<TrainResult<DistillMetrics>> {
  const settings = distillSettings(options);
  const { init } = options;
  const { seed, learningRate, updatesPerRollout } = settings;
  const origin = {
    kind: "distill",
    init: hashWeights(init),
    teachers: Object.fromEntries(
      settings.domains.map((domain) => [
        domain,
        hashWeights(options.teachers[domain]!),
      ]),
    ),
    options: settings,
  };
  const { policy, tokenizer } = loadPolicy(init);
  const learner = new Learner(policy, settings);
  let teachers: Teachers | undefined;
  try {
    const judges = new Teachers(
      options.teachers,
      settings.domains,
      policy,
      tokenizer,
    );
    teachers = judges;
    const step = (s: number): StepReport<DistillMetrics> => {
      const start = performance.now();
      const sampled = sample(s, settings, policy, judges, tokenizer);
      const middle = performance.now();
      const { losses, trained, scored, distance } = distillLosses(
        sampled.rollouts,
        settings,
        policy,
        judges,
      );
      const end = performance.now();
      const where = `trainDistill: step ${s} (seed ${seed})`;
      const update = learner.update(losses, learningRate, where);
      for (let again = 1; again < updatesPerRollout; again++)
        learner.update(losses, learningRate, where);
      return {
        ...update,
        ...rolloutMetrics(sampled.rollouts, settings.groupSize),
        domains: domainMetrics(sampled.rollouts, settings.groupSize),
        ...distance(update.loss),
        learningRate,
        tokens: {
          ...countTokens(sampled.rollouts),
          trained: trained * updatesPerRollout,
          scored,
        },
        seconds: {
          rollout: (middle - start) / 1000 - sampled.graded,
          reward: (end - middle) / 1000 + sampled.graded,
          update: (performance.now() - end) / 1000,
        },
      };
    };
    const run = { learner, tokenizer, origin, step, checkpointEvery: 10 };
    return await completeRun(run, options);
  } finally {
    teachers?.dispose();
    learner.dispose();
  }
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
