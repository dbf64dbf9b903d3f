/** The one training loop: steps, log, checkpoints, resume, stop. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { TrainError } from "../../error.js";
import { writeFileAtomically } from "../../io/index.js";
import type { Policy } from "../../model/index.js";
import type { Learner } from "../optim/learner.js";
import type { StepMetrics, StepSeconds } from "./metrics.js";
import { latestSnapshot, saveSnapshot } from "./snapshot.js";
import { breathe } from "../../io/index.js";

/** Options of a run that do not change its result. */
export interface LoopOptions<Metrics extends StepMetrics = StepMetrics> {
  /** Log file, a JSON line per step; written anew when the run starts, cut back to the checkpoint when it resumes. */
  log: string;
  /** Folder of the checkpoints while the run lasts. */
  checkpoints: string;
  /** Steps between two checkpoints. */
  checkpointEvery: number;
  /** Stop between two steps, with a checkpoint; the run rejects with the signal's reason and resumes when it is started again. */
  signal?: AbortSignal;
  /** Called after each step, with the line of the log. */
  onStep?: (metrics: Metrics) => void;
  /** Steps between two calls of `onEvaluate`. */
  evaluateEvery?: number;
  /** Called before the first step, every `evaluateEvery` steps and after the last, with the policy after `step` updates. */
  onEvaluate?: (step: number, policy: Policy) => void | Promise<void>;
}

/** What one step returns; the loop adds its number and total time. */
export type StepReport<Metrics extends StepMetrics> = Omit<
  Metrics,
  "step" | "seconds"
> & {
  seconds: Omit<StepSeconds, "total">;
};

/**
 * Run steps until `steps` are done, from the last checkpoint of the same run if there is one.
 *
 * A step must depend on its number and the learner alone, so that a run that was killed and started again ends with the same
 * bytes: the log is cut back to the checkpoint and its later lines are written again.
 *
 * @param run   fingerprint of everything that the result depends on; a checkpoint of another run is not used
 * @param step  does one step
 * @returns the lines of the log
 * @throws TrainError log or checkpoint cannot be written · the signal's reason when it is aborted · whatever `step` throws; the last checkpoint stays
 */
export async function runSteps<Metrics extends StepMetrics>(
  learner: Learner,
  steps: number,
  run: string,
  step: (step: number) => StepReport<Metrics>,
  options: LoopOptions<Metrics>,
): Promise<Metrics[]> {
  const {
    log,
    checkpoints,
    checkpointEvery,
    signal,
    onStep,
    evaluateEvery = steps,
    onEvaluate,
  } = options;
  const snapshot = latestSnapshot(checkpoints, run);
  try {
    if (snapshot) learner.restore(snapshot);
  } finally {
    snapshot?.close();
  }
  const lines = (snapshot?.log ?? "").split("\n").filter((line) => line !== "");
  startLog(log, lines);
  const save = (done: number): void => {
    saveSnapshot(checkpoints, run, {
      step: done,
      ...learner.streamParams(),
      log: lines.map((line) => `${line}\n`).join(""),
    });
  };
  let saved = snapshot?.step ?? 0;
  for (let s = saved; ; s++) {
    if (onEvaluate && (s % evaluateEvery === 0 || s === steps))
      await onEvaluate(s, learner.policy);
    if (s === steps) break;
    if (signal?.aborted) {
      if (s > saved) save(s);
      throw signal.reason;
    }
    const start = performance.now();
    const report = step(s);
    const metrics = withTotal<Metrics>(
      s,
      report,
      (performance.now() - start) / 1000,
    );
    lines.push(JSON.stringify(metrics));
    writeLog(log, () => appendFileSync(log, `${lines.at(-1)!}\n`));
    onStep?.(metrics);
    if ((s + 1) % checkpointEvery === 0) {
      save(s + 1);
      saved = s + 1;
    }
    // The engine computes synchronously; without this pause no signal, timer or live plot would ever run.
    await breathe();
  }
  return lines.map((line) => JSON.parse(line) as Metrics);
}

function withTotal<Metrics extends StepMetrics>(
  step: number,
  report: StepReport<Metrics>,
  total: number,
): Metrics {
  const round = (seconds: number): number => Number(seconds.toFixed(4));
  const { rollout, reward, update } = report.seconds;
  const seconds: StepSeconds = {
    rollout: round(rollout),
    reward: round(reward),
    update: round(update),
    total: round(total),
  };
  return { step, ...report, seconds } as unknown as Metrics;
}

/** How every log begins. */
const FIRST = '{"step":';

/** Put the log in the state of the checkpoint, in one rename. */
function startLog(log: string, lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join("");
  writeLog(log, () => {
    mkdirSync(dirname(log), { recursive: true });
    writeFileAtomically(log, [Buffer.from(text, "utf8")], {
      // A killed writer may have left the beginning of a first line.
      replaces: (head) => head.startsWith(FIRST) || FIRST.startsWith(head),
      kind: "a training log",
    });
  });
}

function writeLog(log: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new TrainError(
      `runSteps: log ${log} must be writable, got "${(cause as Error).message}"`,
      { cause },
    );
  }
}
