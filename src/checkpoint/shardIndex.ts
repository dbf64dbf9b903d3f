/** model.safetensors.index.json: which tensor lies in which shard of a Hugging Face folder. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { CheckpointError } from "../error.js";
import { JsonCursor } from "./jsonCursor.js";

/** File name of unsharded weights. */
export const WEIGHTS = "model.safetensors";
/** File name of the index of sharded weights. */
export const INDEX = "model.safetensors.index.json";

/** What an index says. */
export interface ShardIndex {
  /** Tensor name → plain file name of its shard. */
  shardOf: Map<string, string>;
  /** Sum of the bytes of all tensors, where the index gives it. */
  totalSize: number | undefined;
}

/** True for a file name without any path in it. */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\:\0]/.test(name);
}

/**
 * Parse an index. Keys must be there once; `total_size` may be written as float, as older transformers do; other metadata and other
 * keys are let be.
 *
 * @throws CheckpointError it is no JSON of that kind, or a shard is no plain file name
 */
export function parseShardIndex(bytes: Uint8Array): ShardIndex {
  const json = new JsonCursor(
    decodeUtf8(bytes),
    (message) => new CheckpointError(`index must be ${message}`),
  );
  const seen = new Set<string>();
  const shardOf = new Map<string, string>();
  let totalSize: number | undefined;
  json.object((key) => {
    if (seen.has(key))
      throw new CheckpointError(
        `index must name each key once, got ${JSON.stringify(key)} twice`,
      );
    seen.add(key);
    if (key === "weight_map") readWeightMap(json, shardOf);
    else if (key === "metadata" && json.peek() === "{")
      json.object((field) => {
        if (field !== "total_size") json.skip();
        else if (totalSize === undefined) totalSize = json.number();
        else
          throw new CheckpointError(
            `metadata must name each key once, got "total_size" twice`,
          );
      });
    else json.skip();
  });
  json.end();
  if (shardOf.size === 0)
    throw new CheckpointError(
      "weight_map must name at least one tensor, got none",
    );
  return { shardOf, totalSize };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch {
    throw new CheckpointError("index must be UTF-8, got invalid bytes");
  }
}

function readWeightMap(json: JsonCursor, shardOf: Map<string, string>): void {
  if (json.peek() !== "{") throw json.expected("an object as weight_map");
  json.object((name) => {
    const shard = json.string();
    if (shardOf.has(name))
      throw new CheckpointError(
        `weight_map must name each tensor once, got ${JSON.stringify(name)} twice`,
      );
    if (!isPlainName(shard))
      throw new CheckpointError(
        `shards must be plain file names, got ${JSON.stringify(shard)}`,
      );
    shardOf.set(name, shard);
  });
}

/**
 * Path of a shard. A symbolic link out of the folder is refused: the names come from a file that may be hostile. The one exception is
 * the cache of the Hugging Face hub, whose snapshots link to the blobs of the same model.
 *
 * @throws CheckpointError it leads out of the folder · Error it does not exist
 */
export function shardPath(folder: string, shard: string): string {
  const path = join(folder, shard);
  const home = realpathSync(folder);
  const target = realpathSync(path);
  const blobs = join(dirname(dirname(home)), "blobs");
  const inHubCache =
    basename(dirname(home)) === "snapshots" && dirname(target) === blobs;
  if (!target.startsWith(home + sep) && !inHubCache)
    throw new CheckpointError(
      `shard ${JSON.stringify(shard)} must lie in the folder, got a link to ${target}`,
    );
  return path;
}
