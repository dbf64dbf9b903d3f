/** The RL stage: an expert of one domain, or the mixed run over several. */
import { loadPolicy } from "../model/index.js";
import { rollouts } from "../rollout/index.js";
import { countTokens, describeRollouts } from "./describeRollouts.js";
import { grpoLosses, samplesWithGradient } from "./grpo.js";
import { grpoSettings, type TrainGrpoOptions } from "./grpoOptions.js";
import { Learner } from "./learner.js";
import { runSteps, type StepReport } from "./loop.js";
import type { GrpoMetrics } from "./metrics.js";
import { policySamples } from "./policySamples.js";
import {
  fingerprint,
  finishRun,
  hashWeights,
  type TrainResult,
} from "./run.js";
import { tasksOfStep } from "./tasks.js";

/**
 * Train by GRPO on verifiable rewards, and write the model.
 *
 * Defaults: 40 steps of 16 tasks × 16 rollouts at temperature 1, Adam β (0.9, 0.98), weight decay 0.1 and clipping at norm 1 as
 * in the paper's scripts; learning rate 1e-4, constant, where the nano model learns and its task vector stays small.
 *
 * Determinism: the same options, seed and engine give the same bytes, whether or not the run was interrupted.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, loss or gradient is not finite ·
 *   InfrastructureError a verifier broke. The last checkpoint stays, and starting again resumes there.
 * @example
 * await trainGrpo({ init: "models/sft", out: "models/math", log: "train/math.jsonl", seed: 1, domains: ["math"] })
 */
export async function trainGrpo(
  options: TrainGrpoOptions,
): Promise<TrainResult<GrpoMetrics>> {
  const settings = grpoSettings(options);
  const {
    init,
    out,
    checkpoints = `${out}.checkpoints`,
    checkpointEvery = 10,
  } = options;
  const {
    seed,
    groupSize,
    temperature,
    learningRate,
    updatesPerRollout,
    microBatchTokens,
  } = settings;
  const origin = { kind: "grpo", init: hashWeights(init), options: settings };
  const { policy, tokenizer } = loadPolicy(init);
  const learner = new Learner(policy, settings);
  const reference = settings.klCoef === 0 ? undefined : loadPolicy(init).policy;
  const old = updatesPerRollout > 1 ? policy : undefined;

  const step = (s: number): StepReport<GrpoMetrics> => {
    const start = performance.now();
    const tasks = tasksOfStep(settings, s, settings.promptsPerStep);
    const repeated = tasks.flatMap((task) =>
      Array.from({ length: groupSize }, () => task),
    );
    let graded = 0;
    const sampled = rollouts(policy, tokenizer, repeated, {
      seed,
      stream: `${settings.name}/rollouts/${s}`,
      temperature,
      onGraded: (seconds) => (graded = seconds),
    });
    const middle = performance.now();
    const samples = policySamples(sampled, {
      groupSize,
      temperature,
      old,
      reference,
    });
    const losses = grpoLosses(policy.config, samples, {
      ...settings,
      maxTokens: microBatchTokens,
    });
    const where = `trainGrpo: step ${s} (seed ${seed})`;
    const update = learner.update(losses, learningRate, where);
    for (let again = 1; again < updatesPerRollout; again++)
      learner.update(losses, learningRate, where);
    const trained = samplesWithGradient(samples, settings).reduce(
      (sum, { tokens }) => sum + tokens.length,
      0,
    );
    return {
      ...update,
      ...describeRollouts(sampled, groupSize),
      learningRate,
      tokens: { ...countTokens(sampled), trained: trained * updatesPerRollout },
      seconds: {
        rollout: (middle - start) / 1000 - graded,
        reward: graded,
        update: (performance.now() - middle) / 1000,
      },
    };
  };
  try {
    const loop = { ...options, checkpoints, checkpointEvery };
    const metrics = await runSteps(
      learner,
      settings.steps,
      fingerprint(origin),
      step,
      loop,
    );
    return finishRun(learner, tokenizer, origin, metrics, { out, checkpoints });
  } finally {
    learner.dispose();
    reference?.dispose();
  }
}
