/** The SFT stage: the base model learns the chat format from a blend of noisy demonstrations. */
import { loadPolicy } from "../model/index.js";
import { sftBlend } from "../world/index.js";
import { sumTokens } from "./batch.js";
import { checkOptions } from "./checkOptions.js";
import { Learner } from "./learner.js";
import type { StepReport } from "./loop.js";
import type { StepMetrics } from "./metrics.js";
import {
  completeRun,
  hashWeights,
  type RunOptions,
  type TrainResult,
} from "./run.js";
import { learningRateAt, type Schedule } from "./schedule.js";
import { encodeChat, sftBatch } from "./sftExamples.js";
import { sftLosses } from "./sftLoss.js";

/** Options of `trainSft`. */
export interface TrainSftOptions extends RunOptions {
  /** Model folder to start from. */
  init: string;
  /** Conversations of one step. Default 32. */
  batchSize?: number;
  /** Conversations in the blend; default `steps` × `batchSize`, one epoch. */
  blendTotal?: number;
  /** Share of careful demonstrations, in [0, 1]; checks always are. Default 0.55. */
  care?: number;
  /** Probability of an error per step of a demonstration, in [0, 1]. Default 0.05. */
  slip?: number;
  /** Share of agent conversations; default the blend's own. */
  agentShare?: number;
  /** Share of checks ("math-proofs"); default the blend's own. */
  proofShare?: number;
  /** Fraction of the steps over which the learning rate rises. Default 0.1. */
  warmup?: number;
}

/**
 * Fine-tune on the blend of Table 1's shape, and write the model.
 *
 * Defaults: 120 steps of 32 conversations, Adam β (0.9, 0.95), weight decay 0.1, clipping at norm 1, 10 % warm-up and cosine to
 * 10 % of the peak as in the paper's script; peak 1.5e-3.
 *
 * @throws RangeError an option is out of range · TrainError loss or gradient is not finite, or a conversation is too long
 * @example
 * await trainSft({ init: "models/base", out: "models/sft", log: "train/sft.jsonl", seed: 1 })
 */
export async function trainSft(options: TrainSftOptions): Promise<TrainResult> {
  const settings = sftSettings(options);
  const { init } = options;
  const {
    seed,
    steps,
    batchSize,
    blendTotal: total,
    care,
    slip,
    agentShare,
    proofShare,
    microBatchTokens,
  } = settings;
  const origin = { kind: "sft", init: hashWeights(init), options: settings };
  const { policy, tokenizer } = loadPolicy(init);
  const learner = new Learner(policy, settings);
  const schedule: Schedule = {
    ...settings,
    warmup: Math.round(settings.warmup * steps),
    decay: "cosine",
    final: 0.1,
  };
  try {
    const blend = { total, seed, care, slip, agentShare, proofShare };
    const examples = sftBlend(blend).map(({ messages }) =>
      encodeChat(tokenizer, messages, policy.config.maxPositions),
    );
    const step = (s: number): StepReport<StepMetrics> => {
      const start = performance.now();
      const batch = sftBatch(examples, seed, s, batchSize);
      const learningRate = learningRateAt(s, schedule);
      const losses = sftLosses(policy.config, batch, microBatchTokens);
      const update = learner.update(
        losses,
        learningRate,
        `trainSft: step ${s} (seed ${seed})`,
      );
      const trained = sumTokens(batch);
      return {
        ...update,
        learningRate,
        tokens: { prefill: 0, sampled: 0, trained },
        seconds: {
          rollout: 0,
          reward: 0,
          update: (performance.now() - start) / 1000,
        },
      };
    };
    const run = { learner, tokenizer, origin, step, checkpointEvery: 50 };
    return await completeRun(run, options);
  } finally {
    learner.dispose();
  }
}

/** Defaults filled in, everything checked. */
function sftSettings(options: TrainSftOptions) {
  const { steps = 120, batchSize = 32, betas = [0.9, 0.95] as const } = options;
  const settings = {
    seed: options.seed,
    steps,
    batchSize,
    blendTotal: options.blendTotal ?? steps * batchSize,
    care: options.care ?? 0.55,
    slip: options.slip ?? 0.05,
    agentShare: options.agentShare,
    proofShare: options.proofShare,
    learningRate: options.learningRate ?? 1.5e-3,
    warmup: options.warmup ?? 0.1,
    betas,
    weightDecay: options.weightDecay ?? 0.1,
    clip: options.clip ?? 1,
    store: options.store ?? "float32",
    microBatchTokens: options.microBatchTokens ?? 4096,
  };
  checkOptions("trainSft", settings, {
    seed: "seed",
    steps: "count",
    batchSize: "count",
    blendTotal: "count",
    care: "fraction",
    slip: "fraction",
    agentShare: "fraction",
    proofShare: "fraction",
    learningRate: "positive",
    warmup: "fraction",
    betas: "momentDecay",
    weightDecay: "notNegative",
    clip: "clip",
    store: "store",
    microBatchTokens: "count",
  });
  checkOptions("trainSft", options, {
    checkpointEvery: "count",
    evaluateEvery: "count",
  });
  return settings;
}
