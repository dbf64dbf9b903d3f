/** What a killed writer leaves for the one that resumes: which shards are finished, and their hashes. */
import { closeSync, existsSync, fstatSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../error.js";
import {
  BUDGETS,
  hashFile,
  hashText,
  parseJson,
  readText,
} from "../../io/index.js";
import type { PlannedShard, ShardPlan } from "./planShards.js";
import { bytesAt } from "../readAt.js";

/** The file that a writer keeps beside its shards. */
export interface Progress {
  /** `hashPlan` of the work. */
  plan: string;
  /** SHA-256 of the finished shards, by file name. */
  shards: Record<string, string>;
}

/** Hash of all that decides the bytes of a checkpoint. */
export function hashPlan(
  { shards, index }: ShardPlan,
  identity: string,
): string {
  return hashText(
    ...shards.flatMap(({ file, bytes, header }) => [
      `${file} ${bytes}\n`,
      header,
    ]),
    JSON.stringify([index, identity]),
  );
}

/** Read the file; undefined where there is none, or none of ours: then everything is written anew. */
export function readProgress(path: string): Progress | undefined {
  if (!existsSync(path)) return undefined;
  const text = readText(
    path,
    BUDGETS.state,
    (why, cause) => new CheckpointError(`CheckpointWriter: ${why}`, { cause }),
  );
  let value: unknown;
  try {
    value = parseJson(text, path, BUDGETS.state, (why) => new SyntaxError(why));
  } catch {
    return undefined;
  }
  const { plan, shards } = (value ?? {}) as Partial<Progress>;
  return typeof plan === "string" && typeof shards === "object"
    ? { plan, shards: { ...shards } }
    : undefined;
}

/** SHA-256 of the shards that are finished, by file name: those whose size, header and hash are still right. */
export function soundShards(
  folder: string,
  { shards }: ShardPlan,
  progress: Progress,
): Map<string, string> {
  const out = new Map<string, string>();
  for (const shard of shards) {
    const sha256 = progress.shards[shard.file];
    const isSound = (name: string): boolean => {
      const path = join(folder, name);
      return (
        existsSync(path) && begins(path, shard) && hashFile(path) === sha256
      );
    };
    if (sha256 === undefined) continue;
    if (isSound(shard.temporary)) out.set(shard.file, sha256);
    else if (isSound(shard.file)) {
      // A writer that is killed while it finishes has named some of its shards. What has the temporary name must not replace them.
      rmSync(join(folder, shard.temporary), { force: true });
      out.set(shard.file, sha256);
    }
  }
  return out;
}

/** Whether a file has the size and the header of a shard. */
function begins(path: string, { bytes, header }: PlannedShard): boolean {
  const file = openSync(path, "r");
  try {
    return (
      fstatSync(file).size === bytes &&
      Buffer.compare(bytesAt(file, 0, header.length), header) === 0
    );
  } finally {
    closeSync(file);
  }
}
