/** Supervised fine-tuning: the base model learns the chat format from a blend of noisy demonstrations. */
import { hashModel } from "../checkpoint/index.js";
import type { AnswerForm } from "../domains/index.js";
import { loadPolicy, sumTokens } from "../model/index.js";
import { sftLosses } from "./loss/sftLoss.js";
import { LORA_SETTINGS } from "./run/loraSettings.js";
import { OPTIMIZER_SETTINGS } from "./run/optimizerSettings.js";
import { train, type RunOptions, type TrainResult } from "./run/train.js";
import { resolveSettings, type OptionsOf } from "./settings.js";
import { encodeChat, sftBatch } from "./sftExamples.js";
import { sftBlend } from "../world/index.js";

const OWN = {
  steps: { type: "integer", min: 1, default: 120, doc: "Optimizer steps." },
  batchSize: {
    type: "integer",
    min: 1,
    default: 32,
    doc: "Conversations of one step.",
  },
  blendTotal: {
    type: "integer",
    min: 1,
    doc: "Conversations in the blend; default steps × batchSize, one epoch.",
  },
  care: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.55,
    doc: "Share of careful demonstrations; checks always are.",
  },
  slip: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.05,
    doc: "Probability of an error per step of a demonstration.",
  },
  shortcuts: {
    type: "number",
    min: 0,
    max: 1,
    doc: "Share of demonstrations that leave out steps; default none.",
  },
  agentShare: {
    type: "number",
    min: 0,
    max: 1,
    doc: "Share of agent conversations; default the blend's own.",
  },
  proofShare: {
    type: "number",
    min: 0,
    max: 1,
    doc: 'Share of checks ("math-proofs"); default the blend\'s own.',
  },
  difficulty: {
    type: "choice",
    of: ["easy", "hard"],
    doc: "How hard the tasks are; default easy.",
  },
  learningRate: {
    type: "number",
    above: 0,
    default: 1.5e-3,
    doc: "Peak learning rate.",
  },
  warmup: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.1,
    doc: "Fraction of the steps over which the learning rate rises; then a cosine to 10 % of the peak.",
  },
  betas: {
    type: "betas",
    default: [0.9, 0.95],
    doc: "Decay of Adam's moments.",
  },
} as const;

/** All settings of `trainSft`. */
export const SFT_SETTINGS: typeof OWN &
  typeof OPTIMIZER_SETTINGS &
  typeof LORA_SETTINGS = {
  ...OWN,
  ...OPTIMIZER_SETTINGS,
  ...LORA_SETTINGS,
};

/** Options of `trainSft`. */
export interface TrainSftOptions
  extends RunOptions, OptionsOf<typeof SFT_SETTINGS> {
  /** Model folder to start from. */
  init: string;
  /** How chats are put to the model: its `template` decides how conversations are written, and with that what the loss is taken on. */
  answerForm?: AnswerForm;
}

/**
 * Fine-tune on the blend of Table 1's shape, and write the model.
 *
 * Defaults: 120 steps of 32 conversations, Adam β (0.9, 0.95), weight decay 0.1, clipping at norm 1, 10 % warm-up and cosine to
 * 10 % of the peak as in the paper's script; peak 1.5e-3. All settings: `SFT_SETTINGS`.
 *
 * @throws RangeError an option is out of range · TrainError loss or gradient is not finite, or a conversation is too long
 * @example
 * await trainSft({ init: "models/base", out: "models/tuned", log: "sft.jsonl", seed: 1, steps: 2, batchSize: 2 })
 */
export async function trainSft(options: TrainSftOptions): Promise<TrainResult> {
  const { init, seed, answerForm } = options;
  const resolved = resolveSettings("trainSft", SFT_SETTINGS, options);
  const { steps, batchSize, microBatchTokens, warmup } = resolved;
  const { blendTotal = steps * batchSize } = resolved;
  const settings = {
    ...{ seed, ...resolved, blendTotal },
    ...(answerForm !== undefined && { answerForm }),
  };
  const trainer = {
    ...({
      who: "trainSft",
      kind: "sft",
      init: hashModel(init),
      source: init,
    } as const),
    ...{ settings, open: () => loadPolicy(init), checkpointEvery: 50 },
    schedule: {
      warmup: Math.round(warmup * steps),
      ...({ decay: "cosine", final: 0.1 } as const),
    },
  };
  return train(trainer, options, ({ policy, tokenizer }) => {
    // Every conversation as tokens, what the assistant says under the mask.
    const { care, slip, shortcuts, agentShare, proofShare, difficulty } =
      settings;
    const blend = {
      total: blendTotal,
      seed,
      care,
      slip,
      shortcuts,
      agentShare,
      proofShare,
      difficulty,
    };
    const examples = sftBlend(blend).map(({ messages }) =>
      encodeChat(
        tokenizer,
        messages,
        policy.config.maxPositions,
        answerForm?.template,
      ),
    );

    return (s) => {
      // The next conversations of the shuffled epoch; the loss is the token mean over all of them.
      const batch = sftBatch(examples, seed, s, batchSize);
      return {
        losses: sftLosses(policy.config, batch, microBatchTokens, settings),
        tokens: { prefill: 0, sampled: 0, trained: sumTokens(batch) },
      };
    };
  });
}
