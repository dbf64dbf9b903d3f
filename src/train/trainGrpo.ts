/** The RL stage: an expert of one domain, or the mixed run over several. */
import { loadPolicy, type Policy } from "../model/index.js";
import type { Rollout } from "../rollout/index.js";
import { sumTokens } from "./batch.js";
import {
  countTokens,
  domainMetrics,
  rolloutMetrics,
} from "./rolloutMetrics.js";
import { klEstimate, type KlEstimate } from "./klEstimate.js";
import { grpoLosses, samplesWithGradient } from "./grpo.js";
import {
  grpoSettings,
  type GrpoSettings,
  type TrainGrpoOptions,
} from "./grpoOptions.js";
import { Learner } from "./learner.js";
import type { StepReport } from "./loop.js";
import { rolloutSequence } from "./rolloutSequence.js";
import type { GrpoMetrics } from "./metrics.js";
import { policySamples } from "./policySamples.js";
import { completeRun, hashWeights, type TrainResult } from "./run.js";
import { scoreCompletions } from "./scoreCompletions.js";
import { sampleGroups } from "./sampleGroups.js";

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
  const { init } = options;
  const { seed, groupSize, learningRate, updatesPerRollout } = settings;
  const origin = { kind: "grpo", init: hashWeights(init), options: settings };
  const { policy, tokenizer } = loadPolicy(init);
  const learner = new Learner(policy, settings);
  const needsInitial = settings.klCoef !== 0 || settings.logKl > 0;
  const initial = needsInitial ? loadPolicy(init).policy : undefined;
  const old = updatesPerRollout > 1 ? policy : undefined;

  const step = (s: number): StepReport<GrpoMetrics> => {
    const start = performance.now();
    const { all, trained, graded } = sampleGroups(
      settings,
      s,
      policy,
      tokenizer,
    );
    const middle = performance.now();
    const samples = policySamples(trained, {
      ...settings,
      old,
      reference: settings.klCoef === 0 ? undefined : initial,
    });
    const losses = grpoLosses(policy.config, samples, {
      ...settings,
      maxTokens: settings.microBatchTokens,
    });
    const where = `trainGrpo: step ${s} (seed ${seed})`;
    const update = learner.update(losses, learningRate, where);
    for (let again = 1; again < updatesPerRollout; again++)
      learner.update(losses, learningRate, where);
    const end = performance.now();
    const isLogged = settings.logKl > 0 && s % settings.logKl === 0;
    const moved = isLogged ? distanceFrom(initial!, all, settings) : undefined;
    const used = sumTokens(samplesWithGradient(samples, settings));
    const scored =
      sumTokens(samples) *
      (Number(updatesPerRollout > 1) + Number(settings.klCoef !== 0));
    return {
      ...update,
      ...rolloutMetrics(all, groupSize),
      ...(settings.logDomains && { domains: domainMetrics(all, groupSize) }),
      ...moved,
      learningRate,
      tokens: {
        ...countTokens(all),
        trained: used * updatesPerRollout,
        ...(scored > 0 && { scored }),
      },
      seconds: {
        rollout: (middle - start) / 1000 - graded,
        reward: graded,
        update: (end - middle) / 1000,
      },
    };
  };
  try {
    const run = { learner, tokenizer, origin, step, checkpointEvery: 10 };
    return await completeRun(run, options);
  } finally {
    learner.dispose();
    initial?.dispose();
  }
}

/**
 * Distance of what was sampled from the model that the run started from. Read for the log alone, as an evaluation is, it counts
 * neither as the step's tokens nor as its seconds.
 */
function distanceFrom(
  initial: Policy,
  rollouts: readonly Rollout[],
  { microBatchTokens, temperature }: GrpoSettings,
): KlEstimate {
  const rows = rollouts.map(rolloutSequence);
  const scores = scoreCompletions(initial, rows, {
    maxTokens: microBatchTokens,
    temperature,
  });
  return klEstimate(rollouts, scores);
}
