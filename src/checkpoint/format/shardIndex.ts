/** model.safetensors.index.json: which tensor lies in which shard of a Hugging Face folder. */
import { CheckpointError } from "../../error.js";
import { JsonCursor } from "./jsonCursor.js";

/** File name of unsharded weights. */
export const WEIGHTS = "model.safetensors";
/** File name of the index of sharded weights. */
export const INDEX = "model.safetensors.index.json";

/** What an index says. Its `total_size` is not among it: tools that add or drop tensors leave it as it was, and nothing needs it. */
export interface ShardIndex {
  /** Tensor name → plain file name of its shard. */
  shardOf: Map<string, string>;
}

/** True for a file name without any path in it. */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\:\0]/.test(name);
}

/**
 * Parse an index. Keys must be unique; metadata and other keys are let be.
 *
 * @throws CheckpointError it is not JSON of that kind, or a shard is not a plain file name
 */
export function parseShardIndex(bytes: Uint8Array): ShardIndex {
  const json = new JsonCursor(
    decodeUtf8(bytes),
    (message) => new CheckpointError(`index must be ${message}`),
  );
  const seen = new Set<string>();
  const shardOf = new Map<string, string>();
  json.object((key) => {
    if (seen.has(key))
      throw new CheckpointError(
        `index must name each key once, got ${JSON.stringify(key)} twice`,
      );
    seen.add(key);
    if (key === "weight_map") readWeightMap(json, shardOf);
    else json.skip();
  });
  json.end();
  if (shardOf.size === 0)
    throw new CheckpointError(
      "weight_map must name at least one tensor, got none",
    );
  return { shardOf };
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
