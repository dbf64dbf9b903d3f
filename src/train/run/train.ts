/** What all trainers share: their common options, the frame of a run and of a step, and the model folder it ends with. */
import { relative, resolve } from "node:path";
import {
  modelPlace,
  readConfiguration,
  type AdapterFolderContents,
  type Params,
  writeAdapterFolder,
  writeModelFolder,
} from "../../checkpoint/index.js";
import { engineInfo } from "../../engine/index.js";
import { hashText } from "../../io/index.js";
import {
  configToJson,
  folderFiles,
  streamParams,
  textTokens,
  type Policy,
} from "../../model/index.js";
import type { Tokenizer } from "../../tokenizer/index.js";
import type { Loss } from "../optim/gradient.js";
import { Learner, type LearnerOptions, type Update } from "../optim/learner.js";
import { learningRateAt, type Schedule } from "../optim/schedule.js";
import { checkLora, startLora, type LoraSettings } from "./loraSettings.js";
import { checkSetting } from "../settings.js";
import { StepClock } from "./stepClock.js";
import { runSteps, type LoopOptions, type StepReport } from "./loop.js";
import type { StepMetrics, TokenCounts } from "./metrics.js";
import { removeSnapshots } from "./snapshot.js";

/** Options of every trainer that are not settings: where it reads and writes, and how it is watched. */
export interface RunOptions<
  Metrics extends StepMetrics = StepMetrics,
> extends Omit<LoopOptions<Metrics>, "checkpoints" | "checkpointEvery"> {
  /** Model folder to write; an existing one is replaced when the run is complete. */
  out: string;
  seed: number;
  /** Steps between two checkpoints. */
  checkpointEvery?: number;
  /** Folder of the checkpoints while the run lasts; default `<out>.checkpoints`. Removed at the end. */
  checkpoints?: string;
}

/** What a trainer returns. */
export interface TrainResult<Metrics extends StepMetrics = StepMetrics> {
  /** The model folder that was written. */
  out: string;
  /** One entry per step, as in the log. */
  metrics: Metrics[];
  /** Sums over all steps. */
  tokens: TokenCounts;
  /** Sum over all steps, those before a resume included. */
  seconds: number;
}

/** Short hash of everything that a run's result depends on. */
function fingerprint(parts: unknown): string {
  return hashText(JSON.stringify(parts)).slice(0, 12);
}

/** Sum over the steps of a run. */
export function totals(metrics: readonly StepMetrics[]): {
  tokens: TokenCounts;
  seconds: number;
} {
  const tokens: TokenCounts = { prefill: 0, sampled: 0, trained: 0 };
  let seconds = 0;
  for (const line of metrics) {
    for (const kind of ["prefill", "sampled", "trained"] as const)
      tokens[kind] += line.tokens[kind];
    if (line.tokens.scored !== undefined)
      tokens.scored = (tokens.scored ?? 0) + line.tokens.scored;
    seconds += line.seconds.total;
  }
  return { tokens, seconds: Number(seconds.toFixed(3)) };
}

/** Settings that the frame itself reads. */
interface FrameSettings extends LearnerOptions, Partial<LoraSettings> {
  seed: number;
  steps: number;
  learningRate: number;
}

/** What a trainer is, beside its steps. */
export interface Trainer {
  /** Function that errors name. */
  who: string;
  /** Kind of run in the model's provenance. */
  kind: "pretrain" | "sft" | "grpo" | "imitation" | "distill";
  /** Hash of the model that the run starts from: configuration, weights and tokenizer. */
  init?: string;
  /** Its folder; configuration, tokenizer and template are passed on. */
  source?: string;
  /** Hash of each teacher. */
  teachers?: Record<string, string>;
  /** Every setting that the result depends on. */
  settings: FrameSettings;
  /** Opens the model that is trained; the frame owns it. */
  open: () => { policy: Policy; tokenizer: Tokenizer };
  /** Shape of the learning rate; default constant. */
  schedule?: Omit<Schedule, "learningRate" | "steps">;
  /** Steps between two checkpoints where the caller does not say. */
  checkpointEvery: number;
  /** How weights are written; default as they were kept: float32, or bfloat16 without loss. */
  dtype?: "F32" | "BF16";
}

/** What the steps of a trainer work with. */
export interface Model {
  /** The policy in training: its weights change with every update. */
  policy: Policy;
  tokenizer: Tokenizer;
  /** Hand something over that is freed when the run ends, however it ends. */
  own: <T extends { dispose(): void }>(resource: T) => T;
}

/** What one step asks the frame to do. */
export interface Step<Metrics extends StepMetrics> {
  losses: Loss[];
  /** Optimizer steps on these losses; default 1. */
  updates?: number;
  tokens: TokenCounts;
  /** The trainer's own fields of the log; computed after the update and not timed. */
  log?: (
    first: Update,
    last: Update,
  ) => Omit<Metrics, keyof StepMetrics> & Partial<Pick<Metrics, "seconds">>;
}

/**
 * The frame of every trainer: open the model, run steps or those left after the last checkpoint, update, log, write the trained model
 * as a Hugging Face folder with its provenance, remove the checkpoints, free the engine's memory.
 *
 * @param prepare called once with the opened model; returns the step, which depends on its number and the policy alone
 * @throws TrainError loss or gradient is not finite, with step and seed · as `runSteps`
 */
export async function train<Metrics extends StepMetrics>(
  trainer: Trainer,
  options: RunOptions<Metrics>,
  prepare: (model: Model) => (step: number, clock: StepClock) => Step<Metrics>,
): Promise<TrainResult<Metrics>> {
  const { who, settings } = trainer;
  checkFrame(who, options);
  checkLora(who, settings, trainer.source);
  const { policy, tokenizer } = trainer.open();
  const lora = startLora(policy, settings);
  const learner = new Learner(policy, settings, lora);
  const owned: { dispose(): void }[] = [learner];
  const own: Model["own"] = (resource) => {
    owned.push(resource);
    return resource;
  };
  try {
    const prepareStep = prepare({ policy, tokenizer, own });
    return await completeRun(trainer, options, learner, tokenizer, (s) => {
      const clock = new StepClock();
      const step = prepareStep(s, clock);
      return updateAndReport(trainer, learner, s, step, clock);
    });
  } finally {
    for (const resource of owned) resource.dispose();
  }
}

function checkFrame(
  who: string,
  options: Pick<RunOptions, "seed" | "checkpointEvery" | "evaluateEvery">,
): void {
  checkSetting(who, "seed", options.seed, { type: "integer" });
  for (const name of ["checkpointEvery", "evaluateEvery"] as const)
    if (options[name] !== undefined)
      checkSetting(who, name, options[name], { type: "integer", min: 1 });
}

/** The optimizer steps of one step, and its line of the log. */
function updateAndReport<Metrics extends StepMetrics>(
  { who, settings, schedule }: Trainer,
  learner: Learner,
  s: number,
  { losses, updates = 1, tokens, log }: Step<Metrics>,
  clock: StepClock,
): StepReport<Metrics> {
  const { seed, steps } = settings;
  const learningRate = schedule
    ? learningRateAt(s, {
        ...schedule,
        steps,
        learningRate: settings.learningRate,
      })
    : settings.learningRate;
  const where = `${who}: step ${s} (seed ${seed})`;
  const first = learner.update(losses, learningRate, where);
  let last = first;
  for (let again = 1; again < updates; again++)
    last = learner.update(losses, learningRate, where);
  clock.lap("update");
  return {
    loss: first.loss,
    gradNorm: first.gradNorm,
    ...log?.(first, last),
    learningRate,
    tokens,
    seconds: clock.seconds,
  } as unknown as StepReport<Metrics>;
}

/** The steps, then the model folder. */
async function completeRun<Metrics extends StepMetrics>(
  trainer: Trainer,
  options: RunOptions<Metrics>,
  learner: Learner,
  tokenizer: Tokenizer,
  step: (step: number) => StepReport<Metrics>,
): Promise<TrainResult<Metrics>> {
  const { kind, init, teachers, settings } = trainer;
  // Of an adapter that the run started from, the base has configuration and tokenizer.
  const source = trainer.source && modelPlace(trainer.source).base;
  const origin = { kind, init, teachers, options: settings };
  const { out, checkpoints = `${out}.checkpoints` } = options;
  const { checkpointEvery = trainer.checkpointEvery } = options;
  const metrics = await runSteps(
    learner,
    settings.steps,
    fingerprint([origin, tokenizer.json]),
    step,
    { ...options, checkpoints, checkpointEvery },
  );
  const sums = totals(metrics);
  const folder = {
    files: folderFiles(tokenizer, source),
    provenance: {
      ...origin,
      steps: metrics.length,
      ...sums,
      engine: engineInfo(),
    },
  };
  if (settings.loraSave === "adapter")
    writeAdapterFolder(out, { ...folder, ...adapterOf(learner, out, source!) });
  else
    writeModelFolder(out, {
      ...folder,
      ...modelOf(trainer, learner, tokenizer, source),
    });
  removeSnapshots(checkpoints);
  return { out, metrics, ...sums };
}

/** Configuration and weights of the model that a run made. */
function modelOf(
  { dtype }: Trainer,
  { policy, store }: Learner,
  tokenizer: Tokenizer,
  source: string | undefined,
): { config: Record<string, unknown>; params: Params } {
  const asKept = store === "bfloat16" ? "BF16" : "F32";
  return {
    config: {
      ...(source === undefined
        ? configToJson(policy.config, textTokens(tokenizer))
        : readConfiguration(source)),
    },
    params: streamParams(policy.weights, dtype ?? asKept),
  };
}

/** Configuration and factors of the adapter that a run made; it names its base by the way from its own folder. */
function adapterOf(
  { lora }: Learner,
  out: string,
  source: string,
): Pick<AdapterFolderContents, "config" | "params"> {
  const base = relative(resolve(out), resolve(source));
  return { config: { ...lora!.options, base }, params: lora!.toParams() };
}
