/** Reinforcement learning by TRL: tasks out, rewards over HTTP, its log followed, its model taken back. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtFile } from "../../built.js";
import { hashModel } from "../../checkpoint/index.js";
import { spec, type Domain } from "../../domains/index.js";
import { TrainError } from "../../error.js";
import {
  BUDGETS,
  hashText,
  readJsonObject,
  writeFileAtomically,
} from "../../io/index.js";
import {
  distillSettings,
  grpoSettings,
  tasksOfStep,
  type DistillSettings,
  type GrpoMetrics,
  type GrpoSettings,
  type TeacherFolders,
  type TrainDistillOptions,
  type TrainGrpoOptions,
  type TrainResult,
} from "../../train/index.js";
import { startRewardServer } from "../rewards/rewardServer.js";
import { takeModel } from "../takeModel.js";
import { trainerRow } from "../trainerRow.js";
import { followTrainer } from "./followTrainer.js";
import { readTrlLine, readTrlLog, trlTotals } from "./trlLog.js";
import { trlPython, type TrlPython } from "./trlPython.js";
import { trlArguments, trlDistillRefusal, trlRefusal } from "./trlSettings.js";

/** Options of `trainByTrl`: those of `trainGrpo` that TRL has, and how it is run. */
export interface TrainByTrlOptions extends Omit<
  TrainGrpoOptions,
  "evaluateEvery" | "onEvaluate" | "checkpoints"
> {
  /** Processes under torchrun, each with one thread on CPUs or a GPU of its own; default 1. They share a step's completions. */
  processes?: number;
  /** Folders to write with the model after some steps, by their number. */
  keep?: ReadonlyMap<number, string>;
}

/** What `trainByTrl` returns. */
export interface TrlResult extends TrainResult<GrpoMetrics> {
  /** Versions of trl, transformers, torch, accelerate and datasets. */
  versions: Readonly<Record<string, string>>;
}

/** Options of `distillByTrl`: those of `trainDistill` that TRL has, and how it is run. */
export interface DistillByTrlOptions
  extends
    Omit<
      TrainDistillOptions,
      "evaluateEvery" | "onEvaluate" | "checkpoints" | "onStep"
    >,
    Pick<TrainByTrlOptions, "processes" | "keep" | "onStep"> {}

/** What is to be trained, whatever the kind. */
interface Plan {
  kind: "grpo" | "distill";
  settings: GrpoSettings | DistillSettings;
  /** Folders of the teachers of a distillation. */
  teachers: TeacherFolders;
}

/** How and where it is trained. */
type Places = Pick<
  TrainByTrlOptions,
  | "init"
  | "out"
  | "log"
  | "keep"
  | "processes"
  | "checkpointEvery"
  | "signal"
  | "onStep"
>;

/** Everything about a run that is fixed before it starts. */
interface Run extends Plan {
  python: TrlPython;
  processes: number;
  init: string;
  /** Hash of the model that it starts from. */
  start: string;
  /** Most tokens of a completion: TRL has one limit for all domains, so it is that of the longest. */
  maxTokens: number;
  /** Folder of everything that the trainer reads and writes; removed at the end. */
  work: string;
}

const MODEL = "model";

/**
 * Train by TRL's GRPO on the tasks that `trainGrpo` would see, graded by our verifiers, and write the model as a folder of ours.
 *
 * `train_trl.py` runs in the Python that `M2RL_TRL_PYTHON` names, in processes that end with this one. While it runs, `<out>.trl` holds
 * tasks, TRL's checkpoints and what it says; a run that was killed resumes at the last checkpoint that is complete, and a model is taken
 * only when it is whole and finite. Tokens are counted exactly, from the ids; what TRL computes beside them (padding, log-probs for
 * its own metrics) is not.
 *
 * @throws MissingPackageError no Python with TRL · RangeError TRL has no such setting, or an option is out of range · TrainError the
 *   trainer failed or left something that is not a model; the message holds what it said last · the signal's reason when stopped
 * @example
 * const train = () =>
 *   trainByTrl({ init: "models/sft", out: "models/math", log: "math.jsonl", seed: 1, domains: ["math"], steps: 20 });
 */
export async function trainByTrl(
  options: TrainByTrlOptions,
): Promise<TrlResult> {
  const refused = trlRefusal({ ...options });
  if (refused)
    throw new RangeError(`trainByTrl: ${refused.key} ${refused.text}`);
  const settings = grpoSettings(options);
  return train({ kind: "grpo", settings, teachers: {} }, options);
}

/**
 * Distil several teachers into one student by TRL: the student answers the tasks that `trainDistill` would draw, and each token's
 * advantage is log p(teacher) − log p(student), by the teacher of the task's domain.
 *
 * As `trainByTrl` else; the log has `kl` and `kls` as `DistillMetrics` describes them. The student's log-probs are the trainer's, as in the
 * authors' code.
 *
 * @throws as `trainByTrl` · TrainError a domain has no teacher
 * @example
 * const distil = () =>
 *   distillByTrl({ init: "models/ties", teachers: { math: "models/math" }, out: "models/opd", log: "opd.jsonl", seed: 1, steps: 20 });
 */
export async function distillByTrl(
  options: DistillByTrlOptions,
): Promise<TrlResult> {
  const refused = trlDistillRefusal({ ...options });
  if (refused)
    throw new RangeError(`distillByTrl: ${refused.key} ${refused.text}`);
  const { onStep: _, ...rest } = options;
  const settings = distillSettings(rest);
  const { teachers } = options;
  return train({ kind: "distill", settings, teachers }, options);
}

async function train(plan: Plan, options: Places): Promise<TrlResult> {
  const run = await prepare(plan, options);
  const { python, work } = run;
  if (!existsSync(join(work, MODEL))) await runTrainer(run, options);
  try {
    const result = takeBack(run, options);
    rmSync(work, { recursive: true, force: true });
    return { ...result, versions: python.versions };
  } catch (error) {
    // What cannot be taken now could not be taken the next time either.
    if (error instanceof TrainError)
      rmSync(join(work, MODEL), { recursive: true, force: true });
    throw error;
  }
}

/** What the trainer left, once it has ended: log and models, checked and written as ours. */
function takeBack(
  { kind, settings, python, processes, start, work }: Run,
  { init, out, log, keep = new Map<number, string>() }: Places,
): TrainResult<GrpoMetrics> {
  const { steps } = settings;
  const metrics = readTrlLog(log, steps);
  const sums = trlTotals(metrics);
  const origin = {
    kind,
    trainer: { name: "trl", processes, versions: python.versions },
    init: start,
    options: settings,
  };
  for (const [step, folder] of keep) {
    mkdirSync(dirname(folder), { recursive: true });
    const kept = join(work, `${MODEL}.step${step}`);
    takeModel(kept, init, folder, { ...origin, step });
  }
  takeModel(join(work, MODEL), init, out, { ...origin, steps, ...sums });
  return { out, metrics, ...sums };
}

/** Settings checked, and the working folder of this run: what another run left in it is removed. */
async function prepare(
  plan: Plan,
  { processes = 1, init, out }: Places,
): Promise<Run> {
  const python = await trlPython();
  const { settings, teachers } = plan;
  const share = settings.promptsPerStep * settings.groupSize;
  if (!Number.isInteger(processes) || processes < 1 || share % processes !== 0)
    throw new RangeError(
      `trainByTrl: processes must divide the ${share} completions of a step, got ${processes}`,
    );
  const start = hashModel(init);
  const work = `${out}.trl`;
  const limit = (domain: Domain): number => spec(domain).maxNewTokens;
  const maxTokens = Math.max(...settings.domains.map(limit));
  const run = { ...plan, python, processes, init, start, maxTokens, work };
  const taught = settings.domains.flatMap((domain) =>
    plan.kind === "distill" ? [hashModel(teachers[domain]!)] : [],
  );
  claim(
    work,
    hashText(JSON.stringify([settings, processes, start, ...taught])),
  );
  writeTasks(run);
  return run;
}

const STATE = "run.json";

/** Make the working folder, or find that of the same run. */
function claim(work: string, run: string): void {
  const path = join(work, STATE);
  const fail = (text: string, cause?: unknown): Error =>
    new TrainError(`trl: ${text}`, { cause });
  if (existsSync(path)) {
    if (readJsonObject(path, BUDGETS.state, fail)["run"] === run) return;
    rmSync(work, { recursive: true });
  } else if (existsSync(work))
    throw fail(`${work} must be a folder of TRL's, got one without ${STATE}`);
  mkdirSync(work, { recursive: true });
  writeFileAtomically(path, [Buffer.from(JSON.stringify({ run }))]);
}

const TASKS = "tasks.jsonl";

/** The tasks that `trainGrpo` would draw, step by step, as the trainer reads them in order. */
function writeTasks({ settings, work }: Run): void {
  const { steps, promptsPerStep } = settings;
  const lines = Array.from({ length: steps }, (_, step) =>
    tasksOfStep(settings, step, promptsPerStep)
      .map((task) => `${JSON.stringify(trainerRow(task))}\n`)
      .join(""),
  );
  writeFileAtomically(
    join(work, TASKS),
    lines.map((text) => Buffer.from(text)),
    {
      replaces: (head) => head.startsWith('{"prompt":'),
      kind: "tasks of a trainer",
    },
  );
}

/** Run the script until the model lies in the working folder. */
async function runTrainer(
  run: Run,
  { log, keep, checkpointEvery = 10, signal, onStep }: Places,
): Promise<void> {
  const { python, work, processes } = run;
  const token = randomBytes(24).toString("hex");
  const rewards = await startRewardServer({ token, workers: 1 });
  let next: number | null = null;
  try {
    const script = [
      builtFile("./train_trl.py", import.meta.url),
      ...argumentsOf(run),
      ...["--rewards", rewards.url, "--step-log", log],
      ...["--save-every", String(checkpointEvery), "--with-parent"],
      ...(keep?.size ? ["--keep", ...[...keep.keys()].map(String)] : []),
    ];
    const launch = `-m torch.distributed.run --standalone --nproc_per_node ${processes}`;
    await followTrainer(
      {
        command: python.python,
        args: processes > 1 ? [...launch.split(" "), ...script] : script,
        env: { ...process.env, M2RL_TOKEN: token },
        output: join(work, "output.log"),
      },
      (text) => {
        // A resumed run begins in the middle.
        const step = next ?? Number(/^\{"step": ?(\d+)/.exec(text)?.[1] ?? 0);
        onStep?.(readTrlLine(text, step));
        next = step + 1;
      },
      signal,
    );
  } finally {
    await rewards.close();
  }
  if (!existsSync(join(work, MODEL)))
    throw new TrainError(
      `trl: the trainer must leave ${join(work, MODEL)}, got no such folder; rerun the same command to resume`,
    );
}

/** Arguments that say what the run is, and not how it is watched. */
function argumentsOf(run: Run): string[] {
  const { kind, settings, teachers, init, maxTokens, work } = run;
  const taught = settings.domains.flatMap((domain) =>
    kind === "distill" ? ["--teacher", `${domain}=${teachers[domain]!}`] : [],
  );
  return [
    ...["--model", init, "--tasks", join(work, TASKS)],
    ...["--out", join(work, MODEL), "--seed", String(settings.seed)],
    ...["--max-tokens", String(maxTokens), "--in-order"],
    ...trlArguments(settings),
    ...taught,
    // Sampler and trainer are one model here.
    ...(kind === "distill" ? ["--importance-sampling", "none"] : []),
  ];
}
