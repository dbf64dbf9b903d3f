/** The hidden folder beside OUT in which a merge is made, until it is renamed to OUT; what a kill leaves there, the next run goes on with. */
import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { M2rlError } from "../../error.js";
import {
  BUDGETS,
  checkTarget,
  guarded,
  isDraft,
  type Lease,
  mark,
  MARKER,
  publishFolder,
  readJsonObject,
  recoverFolder,
  removeOurs,
  resolveTarget,
  takeLease,
  type TargetOptions,
  writeFileAtomically,
} from "../../io/index.js";
import type { Survival } from "./survival.js";

/** What is kept of a finished shard beside its weights: the survival of its tensors by name; null where there is none. */
export type ShardStatistics = Readonly<Record<string, Survival | null>>;

const STATE = ".merge.json";

interface State {
  /** Hash of everything that the result depends on. */
  identity: string;
  /** Plain names of all files that this merge makes in the folder, the temporary ones too. */
  names: readonly string[];
  /** Statistics of finished shards, by file name. */
  shards: Record<string, ShardStatistics>;
  /** True when only names are left to be given. */
  complete: boolean;
}

function failure(text: string, cause?: unknown): M2rlError {
  return new M2rlError(`merge: ${text}`, { cause });
}

/** What may be written over: nothing, an empty folder, and with `force` what m2rl wrote. */
export function outOptions(
  inputs: readonly string[],
  force: boolean,
): TargetOptions {
  return {
    inputs,
    replace: force,
    hint: "--force replaces what m2rl wrote",
    failure,
  };
}

/** A work folder in use: nobody else may use it until `release`. */
export class WorkFolder {
  /** Absolute path. */
  readonly path: string;
  /** Whether its content is wrong: then nothing of it is kept for a later run. */
  spoiled = false;
  private readonly out: string;
  private readonly lease: Lease;
  private state: State;

  /**
   * Open the work folder of `out`, or make it; what another recipe left in it is removed.
   *
   * @param identity  hash of everything that the result depends on
   * @param names     plain names of all files that will be made in it
   * @throws M2rlError another process merges to the same place, something is there that no merge made, or the disk refuses
   */
  constructor(
    out: string,
    identity: string,
    names: readonly string[],
    private readonly options: TargetOptions,
  ) {
    this.out = resolveTarget(out, failure);
    recoverFolder(this.out, options);
    checkTarget(this.out, options);
    this.path = join(dirname(this.out), `.${basename(this.out)}.merging`);
    this.state = { identity, names, shards: {}, complete: false };
    // Beside the folder: it outlives the folder's name.
    this.lease = takeLease(`${this.path}.lease`, this.path, failure);
    try {
      guarded(this.path, "writable", failure, () => {
        checkWork(this.path);
        mkdirSync(this.path, { recursive: true });
        const found = readState(this.path);
        if (found?.identity === identity) this.state = found;
        else {
          clear(this.path, found?.names ?? []);
          this.save();
        }
      });
    } catch (error) {
      this.lease.release();
      throw error;
    }
  }

  private save(): void {
    const text = Buffer.from(JSON.stringify(this.state), "utf8");
    guarded(this.path, "writable", failure, () =>
      writeFileAtomically(join(this.path, STATE), [text]),
    );
  }

  /** Statistics of the shards that an earlier run finished. */
  statistics(shard: string): ShardStatistics | undefined {
    return this.state.shards[shard];
  }

  /** Keep the statistics of a shard; to be called before the shard is finished, since they cannot be had again. */
  keep(shard: string, statistics: ShardStatistics): void {
    this.state.shards[shard] = statistics;
    this.save();
  }

  /** Everything is written and only names are left to be given. */
  get complete(): boolean {
    return this.state.complete;
  }

  set complete(complete: boolean) {
    this.state.complete = complete;
    this.save();
  }

  /**
   * Give the folder its name; what was there before is removed last.
   *
   * @param hashes  SHA-256 of the large files by name
   * @throws M2rlError what is at OUT by now must stay; the work is kept
   */
  publish(hashes: ReadonlyMap<string, string>): void {
    this.lease.check();
    checkTarget(this.out, this.options);
    // Hidden files are of the work, not of the result: what a killed writer left; the state goes last.
    const own = new Set(this.state.names);
    const hidden = readdirSync(this.path).filter(
      (name) =>
        name !== STATE &&
        name !== MARKER &&
        (isDraft(name) || (own.has(name) && name[0] === ".")),
    );
    for (const name of hidden) rmSync(join(this.path, name));
    // State or marker: at every moment one of them says whose the folder is.
    mark(this.path, hashes, [STATE]);
    rmSync(join(this.path, STATE));
    publishFolder(this.path, this.out, this.options);
    this.lease.release();
  }

  /** Let others use the folder; it stays for a run that goes on with it, or goes. */
  release(keep: boolean): void {
    if (
      (!keep || this.spoiled) &&
      lstatSync(this.path, { throwIfNoEntry: false }) !== undefined
    ) {
      removeOwn(this.path, this.state.names);
      if (readdirSync(this.path).length === 0) rmdirSync(this.path);
    }
    this.lease.release();
  }
}

/** The state that an earlier run left; null where there is none, or one that a kill left half written: nothing to go on with. */
function readState(path: string): State | null {
  try {
    const state = readJsonObject(
      join(path, STATE),
      BUDGETS.state,
      failure,
    ) as unknown as State;
    return typeof state.identity === "string" && Array.isArray(state.names)
      ? state
      : null;
  } catch {
    return null;
  }
}

/** Refuse a folder under the name of the work folder that no merge made. */
function checkWork(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const wrong = (got: string): M2rlError =>
    failure(
      `${path} must be absent or what an interrupted merge left, got ${got}; move it away`,
    );
  if (!stat.isDirectory()) throw wrong("no folder");
  const names = readdirSync(path);
  const foreign = names.find((name) => !isDraft(name));
  if (
    foreign !== undefined &&
    !names.includes(STATE) &&
    !names.includes(MARKER)
  )
    throw wrong(`a folder with ${JSON.stringify(foreign)}`);
}

/** Remove the files of a merge that nobody goes on with. */
function clear(path: string, names: readonly string[]): void {
  const left = readdirSync(path);
  if (left.includes(MARKER) && !left.includes(STATE)) {
    // A kill came between the marker and the folder's name: the marker says what is ours.
    const why = removeOurs(path);
    if (why !== null)
      throw failure(
        `${path} must be absent or what an interrupted merge left, got another folder: ${why}; move it away`,
      );
    mkdirSync(path);
    return;
  }
  const own = new Set([...names, STATE, MARKER]);
  for (const name of left) {
    if (!own.has(name) && !isDraft(name))
      throw failure(
        `${path} must hold only what an interrupted merge left, got ${JSON.stringify(name)}; move it away`,
      );
  }
  removeOwn(path, names);
}

/** Remove the regular files of a merge by their names. */
function removeOwn(path: string, names: readonly string[]): void {
  const own = new Set([...names, STATE, MARKER]);
  for (const name of readdirSync(path)) {
    const file = join(path, name);
    if ((own.has(name) || isDraft(name)) && lstatSync(file).isFile())
      rmSync(file);
  }
}
