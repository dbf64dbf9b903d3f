/** Checkpoints of a run: one folder with weights, optimizer state and log, written atomically. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  readSafetensors,
  writeSafetensors,
  type Params,
} from "../../checkpoint/index.js";
import { TrainError } from "../../error.js";

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
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    writeSafetensors(join(draft, "state.safetensors"), params);
    writeFileSync(join(draft, "log.jsonl"), log);
    writeFileSync(
      join(draft, "state.json"),
      `${JSON.stringify({ step, updates })}\n`,
    );
    rmSync(place, { recursive: true, force: true });
    renameSync(draft, place);
  } catch (cause) {
    // Not rmSync alone: it fails where the folder's parent is a file.
    if (existsSync(draft)) rmSync(draft, { recursive: true });
    throw new TrainError(
      `saveSnapshot: checkpoint of step ${step} must be written, got "${messageOf(cause)}"`,
      {
        cause,
      },
    );
  }
  for (const old of stepsIn(folder, run)) {
    if (old !== step)
      rmSync(join(folder, nameOf(run, old)), { recursive: true, force: true });
  }
}

/**
 * The latest snapshot of a run, or undefined when it has none.
 *
 * @throws TrainError the snapshot cannot be read
 */
export function latestSnapshot(
  folder: string,
  run: string,
): Snapshot | undefined {
  const step = stepsIn(folder, run).at(-1);
  if (step === undefined) return undefined;
  const place = join(folder, nameOf(run, step));
  try {
    const state = JSON.parse(
      readFileSync(join(place, "state.json"), "utf8"),
    ) as { step: number; updates: number };
    const log = readFileSync(join(place, "log.jsonl"), "utf8");
    return {
      ...state,
      log,
      params: readSafetensors(join(place, "state.safetensors")),
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

/** Steps of the complete snapshots of a run, ascending. */
function stepsIn(folder: string, run: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(
      (name) =>
        name.startsWith(`${run}-`) && /^\d+$/.test(name.slice(run.length + 1)),
    )
    .map((name) => Number(name.slice(run.length + 1)))
    .sort((a, b) => a - b);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
