/** The hidden folder beside OUT in which a merge is made, until it is renamed to OUT; what a kill leaves there, the next run goes on with. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { M2rlError } from "../../error.js";
import { takeLock } from "../../lock.js";
import type { Survival } from "./survival.js";

/** What is kept of a finished shard beside its weights: the survival of its tensors by name; null where there is none. */
export type ShardStatistics = Readonly<Record<string, Survival | null>>;

const STATE = ".merge.json";

/** Files and folders that say that a folder is a model. */
const MODEL = [
  "config.json",
  "model.safetensors",
  "model.safetensors.index.json",
];

interface State {
  /** Hash of everything that the result depends on. */
  identity: string;
  /** Statistics of finished shards, by file name. */
  shards: Record<string, ShardStatistics>;
  /** True when only names are left to be given. */
  complete: boolean;
}

/**
 * Check that a result may go to a path.
 *
 * @param force  whether a model that is there may be replaced
 * @throws M2rlError something is there that must stay
 */
export function checkOut(out: string, force: boolean): void {
  if (!existsSync(out)) return;
  const names = readdirSync(out);
  if (names.length === 0) return;
  if (!force) {
    throw new M2rlError(
      `merge: ${out} must be absent or empty, got a folder with ${names.length} entries; --force replaces a model`,
    );
  }
  if (!names.some((name) => MODEL.includes(name))) {
    throw new M2rlError(
      `merge: ${out} must be a model to be replaced, got a folder without ${MODEL.join(" or ")}`,
    );
  }
}

/** A work folder in use: nobody else may use it until `release`. */
export class WorkFolder {
  /** Absolute path. */
  readonly path: string;
  private readonly out: string;
  private readonly unlock: () => void;
  private state: State;

  /**
   * Open the work folder of `out`, or make it; what another recipe left in it is removed.
   *
   * @throws M2rlError another process merges to the same place, or the folder cannot be written
   */
  constructor(out: string, identity: string) {
    this.out = resolve(out);
    this.path = join(dirname(this.out), `.${basename(this.out)}.merging`);
    mkdirSync(dirname(this.path), { recursive: true });
    this.unlock = takeLock(
      this.path,
      (text, cause) => new M2rlError(`merge: ${text}`, { cause }),
    );
    const found = this.read();
    if (found?.identity === identity) {
      this.state = found;
    } else {
      for (const name of readdirSync(this.path)) {
        if (name !== ".lock") {
          rmSync(join(this.path, name), { recursive: true, force: true });
        }
      }
      this.state = { identity, shards: {}, complete: false };
      this.save();
    }
  }

  private read(): State | null {
    try {
      return JSON.parse(readFileSync(join(this.path, STATE), "utf8")) as State;
    } catch {
      // None, or one that a kill left half written: nothing to go on with.
      return null;
    }
  }

  private save(): void {
    const temporary = join(this.path, `${STATE}.partial`);
    writeFileSync(temporary, JSON.stringify(this.state));
    renameSync(temporary, join(this.path, STATE));
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

  /** Give the folder its name; what was there before is removed last. */
  publish(): void {
    const old = `${this.path}.old`;
    rmSync(old, { recursive: true, force: true });
    if (existsSync(this.out)) renameSync(this.out, old);
    // Hidden files are of the work, not of the result: the state, the lock, what a killed writer left.
    for (const name of readdirSync(this.path)) {
      if (name.startsWith(".")) rmSync(join(this.path, name));
    }
    renameSync(this.path, this.out);
    rmSync(old, { recursive: true, force: true });
  }

  /** Let others use the folder; it stays for a run that goes on with it, or goes. */
  release(keep: boolean): void {
    this.unlock();
    if (!keep) rmSync(this.path, { recursive: true, force: true });
  }
}
