/** Fine-tuning on correct answers alone: what a demonstrator wrote, or what the model itself wrote before it was trained. */
import { taskMessages, type Domain } from "../domains/index.js";
import {
  type MaskedSequence,
  loadPolicy,
  type Policy,
} from "../model/index.js";
import { Random } from "../random.js";
import { rollouts } from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import { worldSpec } from "../world/index.js";
import { sumTokens } from "./batch.js";
import { checkOptions } from "./checkOptions.js";
import { checkTaskOrder } from "./checkTaskOrder.js";
import { countTokens } from "./rolloutMetrics.js";
import { Learner } from "./learner.js";
import type { StepReport } from "./loop.js";
import { rolloutSequence } from "./rolloutSequence.js";
import type { ImitationMetrics } from "./metrics.js";
import type { Store } from "./optimizer.js";
import {
  completeRun,
  hashWeights,
  type RunOptions,
  type TrainResult,
} from "./run.js";
import { encodeChat } from "./sftExamples.js";
import { sftLosses } from "./sftLoss.js";
import {
  RL_DATASET_SIZES,
  RL_LEVELS,
  tasksOfStep,
  type TaskOrder,
} from "./tasks.js";

/**
 * Who wrote the answers:
 * - "demonstrations": the careful demonstrator without slips, one answer to each of promptsPerStep × groupSize tasks (off-policy);
 * - "rollouts": the model of `init`, groupSize answers to each task, of which the correct ones are kept (rejection sampling: the
 *   policy's own answers, from before the first update).
 */
export type ImitationSource = "demonstrations" | "rollouts";

/** Options of `trainImitation`. */
export interface TrainImitationOptions extends RunOptions<ImitationMetrics> {
  /** Model folder to start from; also the one that writes "rollouts". */
  init: string;
  source: ImitationSource;
  domains: readonly Domain[];
  /** Name of the run's random streams; with the name of an RL run, that run's tasks. Default: the first domain. */
  name?: string;
  /** Default 16. */
  promptsPerStep?: number;
  /** Default 16. */
  groupSize?: number;
}

interface Settings extends TaskOrder {
  source: ImitationSource;
  steps: number;
  promptsPerStep: number;
  groupSize: number;
  learningRate: number;
  betas: readonly [number, number];
  weightDecay: number;
  clip: number;
  store: Store;
  microBatchTokens: number;
}

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
 * The supervised counterpart of `trainGrpo`: the same tasks in the same order, as many answers a step, the same optimizer and defaults;
 * only what is learned from differs. Each step is the token mean of the negative log-likelihood over the kept answers.
 *
 * @throws RangeError an option is out of range · TrainError domains are not valid, loss or gradient is not finite ·
 *   InfrastructureError a verifier broke
 * @example
 * await trainImitation({ init: "sft", source: "rollouts", domains: ["math"], out: "models/math", log: "math.jsonl", seed: 1 })
 */
export async function trainImitation(
  options: TrainImitationOptions,
): Promise<TrainResult<ImitationMetrics>> {
  const settings = settingsOf(options);
  const { init } = options;
  const { seed, learningRate } = settings;
  const origin = {
    kind: "imitation",
    init: hashWeights(init),
    options: settings,
  };
  const { policy, tokenizer } = loadPolicy(init);
  const learner = new Learner(policy, settings);
  const writer =
    settings.source === "rollouts" ? loadPolicy(init).policy : null;
  const step = (s: number): StepReport<ImitationMetrics> => {
    const start = performance.now();
    const { rows, drawn, tokens, graded } = writer
      ? ownAnswers(settings, s, writer, tokenizer)
      : demonstrations(settings, s, policy, tokenizer);
    const middle = performance.now();
    const update = learner.update(
      sftLosses(policy.config, rows, settings.microBatchTokens),
      learningRate,
      `trainImitation: step ${s} (seed ${seed})`,
    );
    const trained = sumTokens(rows);
    return {
      ...update,
      learningRate,
      answers: rows.length,
      drawn,
      tokens: { ...tokens, trained },
      seconds: {
        rollout: (middle - start) / 1000 - graded,
        reward: graded,
        update: (performance.now() - middle) / 1000,
      },
    };
  };
  try {
    const run = { learner, tokenizer, origin, step, checkpointEvery: 10 };
    return await completeRun(run, options);
  } finally {
    learner.dispose();
    writer?.dispose();
  }
}

function demonstrations(
  settings: Settings,
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
    );
  });
  const tokens = { prefill: 0, sampled: 0 };
  return { rows, drawn: rows.length, tokens, graded: 0 };
}

function ownAnswers(
  settings: Settings,
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

function settingsOf(options: TrainImitationOptions): Settings {
  const settings: Settings = {
    seed: options.seed,
    name: options.name ?? options.domains[0] ?? "",
    source: options.source,
    domains: options.domains,
    weights: RL_DATASET_SIZES,
    levels: RL_LEVELS,
    steps: options.steps ?? 40,
    promptsPerStep: options.promptsPerStep ?? 16,
    groupSize: options.groupSize ?? 16,
    learningRate: options.learningRate ?? 1e-4,
    betas: options.betas ?? [0.9, 0.98],
    weightDecay: options.weightDecay ?? 0.1,
    clip: options.clip ?? 1,
    store: options.store ?? "float32",
    microBatchTokens: options.microBatchTokens ?? 4096,
  };
  checkOptions("trainImitation", settings, {
    seed: "seed",
    source: "imitationSource",
    steps: "count",
    promptsPerStep: "count",
    groupSize: "count",
    learningRate: "positive",
    betas: "momentDecay",
    weightDecay: "notNegative",
    clip: "clip",
    store: "store",
    microBatchTokens: "count",
  });
  checkOptions("trainImitation", options, {
    checkpointEvery: "count",
    evaluateEvery: "count",
  });
  checkTaskOrder("trainImitation", settings);
  return settings;
}
