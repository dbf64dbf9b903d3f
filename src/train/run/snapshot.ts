/** Checkpoints of a run: one folder with weights, optimizer state and log, written atomically. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  Checkpoint,
  storedParams,
  writeSafetensors,
  type Params,
} from "../../checkpoint/index.js";
import { TrainError } from "../../error.js";
import { BUDGETS, isDraft, readJsonObject, readText } from "../../io/index.js";

/** The state of a run between two steps. */
export interface Snapshot {
  /** Steps done. */
  step: number;
  /** Optimizer updates done. */
  updates: number;
  /** Weights and moments. */
  params: Params;
  /** The log so far, a JSON line per step. */
  log: string;
}

/** A snapshot on disk whose weights are read one tensor at a time, until it is closed. */
export interface OpenSnapshot extends Snapshot {
  close(): void;
}

const WEIGHTS = "state.safetensors";
const LOG = "log.jsonl";
const STATE = "state.json";

/** Remove the files of a snapshot, and its folder unless something else is in it. Its state goes first: without it nobody takes it for whole. */
function removeSnapshot(place: string): void {
  // Not only rmSync: it fails where the folder's parent is a file.
  if (!existsSync(place)) return;
  const there = readdirSync(place);
  for (const name of [STATE, WEIGHTS, LOG, ...there.filter(isDraft)])
    if (there.includes(name)) rmSync(join(place, name));
  if (readdirSync(place).length === 0) rmdirSync(place);
}

/** Remove every snapshot in a folder, of whatever run, and the folder unless something else is in it. */
export function removeSnapshots(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (/^[0-9a-f]{12}-\d{6,}(?:\.tmp)?$/.test(name))
      removeSnapshot(join(folder, name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/**
 * Write a snapshot as `<folder>/<run>-<step>` and remove the older ones of the same run.
 *
 * It is built beside its place and renamed, so a crash or a full disk leaves the previous one.
 *
 * @param run fingerprint of the run's options; snapshots of other runs are left alone
 */
export function saveSnapshot(
  folder: string,
  run: string,
  { step, updates, params, log }: Snapshot,
): void {
  const place = join(folder, nameOf(run, step));
  const draft = `${place}.tmp`;
  try {
    removeSnapshot(draft);
    mkdirSync(draft, { recursive: true });
    writeSafetensors(join(draft, WEIGHTS), params);
    writeFileSync(join(draft, LOG), log);
    writeFileSync(join(draft, STATE), `${JSON.stringify({ step, updates })}\n`);
    removeSnapshot(place);
    renameSync(draft, place);
  } catch (cause) {
    removeSnapshot(draft);
    throw new TrainError(
      `saveSnapshot: checkpoint of step ${step} must be written, got "${messageOf(cause)}"`,
      {
        cause,
      },
    );
  }
  for (const old of stepsIn(folder, run)) {
    if (old !== step) removeSnapshot(join(folder, nameOf(run, old)));
  }
}

/**
 * The latest snapshot of a run, or undefined when it has none; the caller closes it.
 *
 * @throws TrainError the snapshot cannot be read
 */
export function latestSnapshot(
  folder: string,
  run: string,
): OpenSnapshot | undefined {
  const step = stepsIn(folder, run).at(-1);
  if (step === undefined) return undefined;
  const place = join(folder, nameOf(run, step));
  try {
    const failure = (text: string): TrainError => new TrainError(text);
    const { step, updates } = readJsonObject(
      join(place, STATE),
      BUDGETS.state,
      failure,
    ) as unknown as Pick<Snapshot, "step" | "updates">;
    const log = readText(join(place, LOG), BUDGETS.lines, failure);
    const weights = Checkpoint.open(join(place, WEIGHTS));
    return {
      ...{ step, updates, log, params: storedParams(weights) },
      close: () => weights.close(),
    };
  } catch (cause) {
    throw new TrainError(
      `latestSnapshot: ${place} must be readable, got "${messageOf(cause)}"; remove it to start over`,
      {
        cause,
      },
    );
  }
}

function nameOf(run: string, step: number): string {
  return `${run}-${String(step).padStart(6, "0")}`;
}

/** Steps of the complete snapshots of a run, ascending; one without its state was being removed when its process was killed. */
function stepsIn(folder: string, run: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(
      (name) =>
        name.startsWith(`${run}-`) &&
        /^\d+$/.test(name.slice(run.length + 1)) &&
        existsSync(join(folder, name, STATE)),
    )
    .map((name) => Number(name.slice(run.length + 1)))
    .sort((a, b) => a - b);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
