/** Fine-tuning on correct answers alone: what a demonstrator wrote, or what the model itself wrote before it was trained. */
import { hashModel } from "../checkpoint/index.js";
import { taskMessages, type Domain } from "../domains/index.js";
import { TrainError } from "../error.js";
import {
  loadPolicy,
  sumTokens,
  type MaskedSequence,
  type Policy,
} from "../model/index.js";
import { Random } from "../random.js";
import { rollouts } from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import { sftLosses } from "./loss/sftLoss.js";
import { rolloutSequence } from "./rolloutSequence.js";
import { LORA_SETTINGS } from "./run/loraSettings.js";
import type { ImitationMetrics } from "./run/metrics.js";
import { OPTIMIZER_SETTINGS } from "./run/optimizerSettings.js";
import { countTokens } from "./run/rolloutMetrics.js";
import { taskOrder, type TaskOptions } from "./run/taskOrder.js";
import { tasksOfStep, type TaskOrder } from "./run/tasks.js";
import { train, type RunOptions, type TrainResult } from "./run/train.js";
import {
  resolveSettings,
  type OptionsOf,
  type SettingsOf,
} from "./settings.js";
import { encodeChat } from "./sftExamples.js";
import { worldSpec } from "../world/index.js";

const OWN = {
  source: {
    type: "choice",
    of: ["demonstrations", "rollouts"],
    doc: "Who writes the answers.",
  },
  steps: { type: "integer", min: 1, default: 40, doc: "Optimizer steps." },
  promptsPerStep: {
    type: "integer",
    min: 1,
    default: 16,
    doc: "Tasks of one step, P.",
  },
  groupSize: {
    type: "integer",
    min: 1,
    default: 16,
    doc: "Answers drawn per task, G.",
  },
  learningRate: {
    type: "number",
    above: 0,
    default: 1e-4,
    doc: "Constant learning rate.",
  },
  betas: {
    type: "betas",
    default: [0.9, 0.98],
    doc: "Decay of Adam's moments.",
  },
} as const;

/** All settings of `trainImitation`. */
export const IMITATION_SETTINGS: typeof OWN &
  typeof OPTIMIZER_SETTINGS &
  typeof LORA_SETTINGS = {
  ...OWN,
  ...OPTIMIZER_SETTINGS,
  ...LORA_SETTINGS,
};

/**
 * Who wrote the answers:
 * - "demonstrations": the careful demonstrator without slips, one answer to each of promptsPerStep × groupSize tasks (off-policy);
 * - "rollouts": the model of `init`, groupSize answers to each task, of which the correct ones are kept (rejection sampling: the
 *   policy's own answers, from before the first update).
 */
export type ImitationSource = (typeof OWN.source.of)[number];

/** Options of `trainImitation`. */
export interface TrainImitationOptions
  extends
    TaskOptions,
    RunOptions<ImitationMetrics>,
    OptionsOf<typeof IMITATION_SETTINGS> {
  /** Model folder to start from; also the one that writes "rollouts". */
  init: string;
  source: ImitationSource;
  domains: readonly Domain[];
  /** Name of the run's random streams; with the name of an RL run, that run's tasks. Default: the first domain. */
  name?: string;
}

type ImitationSettings = TaskOrder & SettingsOf<typeof IMITATION_SETTINGS>;

/** Answers of one step. */
interface Answers {
  rows: MaskedSequence[];
  drawn: number;
  tokens: { prefill: number; sampled: number };
  graded: number;
}

/**
 * Fine-tune on correct answers of some domains, and write the model.
 *
 * The supervised counterpart of `trainGrpo`: the same tasks in the same order, as many answers per step, the same optimizer and defaults;
 * only what is learned from differs. Each step is the token mean of the negative log-likelihood over the kept answers. All settings:
 * `IMITATION_SETTINGS`.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, loss or gradient is not finite ·
 *   InfrastructureError a verifier broke
 * @example
 * await trainImitation({ init: "models/sft", source: "rollouts", domains: ["math"], out: "models/imitator", log: "imitate.jsonl", seed: 1, steps: 2, promptsPerStep: 2 })
 */
export async function trainImitation(
  options: TrainImitationOptions,
): Promise<TrainResult<ImitationMetrics>> {
  const settings = imitationSettings(options);
  const { init } = options;
  const trainer = {
    ...({ who: "trainImitation", kind: "imitation" } as const),
    ...{ init: hashModel(init), source: init, open: () => loadPolicy(init) },
    ...{ settings, checkpointEvery: 10 },
  };
  return train<ImitationMetrics>(trainer, options, (model) => {
    const { policy, tokenizer, own } = model;
    const writer =
      settings.source === "rollouts" ? own(loadPolicy(init).policy) : undefined;

    return (s, clock) => {
      // 1. Correct answers to the tasks of this step.
      const { rows, drawn, tokens, graded } = writer
        ? ownAnswers(settings, s, writer, tokenizer)
        : demonstrations(settings, s, policy, tokenizer);
      clock.lap("rollout", graded);
      // 2. Fine-tuning on them: the token mean of the negative log-likelihood.
      return {
        losses: sftLosses(
          policy.config,
          rows,
          settings.microBatchTokens,
          settings,
        ),
        tokens: { ...tokens, trained: sumTokens(rows) },
        log: () => ({ answers: rows.length, drawn }),
      };
    };
  });
}

function demonstrations(
  settings: ImitationSettings,
  step: number,
  { config }: Policy,
  tokenizer: Tokenizer,
): Answers {
  const { seed, name, promptsPerStep, groupSize } = settings;
  const tasks = tasksOfStep(settings, step, promptsPerStep * groupSize);
  const rows = tasks.map((task, i) => {
    const random = new Random(seed, `${name}/demonstrations/${step}/${i}`);
    const answer = worldSpec(task.domain).demonstrate(task, random, {
      careful: true,
      slip: 0,
    });
    return encodeChat(
      tokenizer,
      [...taskMessages(task), ...answer],
      config.maxPositions,
      task.form?.template,
    );
  });
  const tokens = { prefill: 0, sampled: 0 };
  return { rows, drawn: rows.length, tokens, graded: 0 };
}

function ownAnswers(
  settings: ImitationSettings,
  step: number,
  writer: Policy,
  tokenizer: Tokenizer,
): Answers {
  const { seed, name, promptsPerStep, groupSize } = settings;
  const tasks = tasksOfStep(settings, step, promptsPerStep).flatMap((task) =>
    Array.from({ length: groupSize }, () => task),
  );
  let graded = 0;
  const drawn = rollouts(writer, tokenizer, tasks, {
    seed,
    stream: `${name}/rollouts/${step}`,
    onGraded: (seconds) => (graded += seconds),
  });
  const rows = drawn
    .filter(({ verdict }) => verdict.reward === 1)
    .map(rolloutSequence);
  return { rows, drawn: drawn.length, tokens: countTokens(drawn), graded };
}

function imitationSettings(options: TrainImitationOptions): ImitationSettings {
  const who = "trainImitation";
  const settings = resolveSettings(who, IMITATION_SETTINGS, options);
  const { domains, name = domains[0] ?? "" } = options;
  if (options.tasks === "english" && options.source === "demonstrations")
    throw new TrainError(
      `${who}: source must be rollouts where tasks are english, got demonstrations`,
    );
  return {
    ...taskOrder(who, { ...options, name }, domains, settings.promptsPerStep),
    ...settings,
  };
}
