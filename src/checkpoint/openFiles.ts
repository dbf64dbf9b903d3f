/** The headers of a checkpoint: of one file, or of all shards of a folder, checked against each other. */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  statSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../error.js";
import { asCheckpointError } from "./atomic.js";
import { FormatError } from "./formatError.js";
import {
  headerLength,
  MAX_HEADER_LENGTH,
  parseHeader,
  type ReadMode,
  type SafetensorsHeader,
} from "./header.js";
import { bytesAt } from "./readAt.js";
import { INDEX, parseShardIndex, shardPath, WEIGHTS } from "./shardIndex.js";

/** A file whose header has been read, and how it was then. */
export interface OpenedFile {
  path: string;
  header: SafetensorsHeader;
  stats: Stats;
}

/** Run `action`; every failure becomes a CheckpointError that names the file. */
export function about<T>(
  path: string,
  action: () => T,
  verb: "readable" | "writable" = "readable",
): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof FormatError)
      throw new FormatError(error.fault, `${path}: ${error.message}`);
    if (error instanceof CheckpointError)
      throw new CheckpointError(`${path}: ${error.message}`);
    throw asCheckpointError(error, `${path}: file`, verb);
  }
}

/**
 * Read the header of a file.
 *
 * @param path  absolute
 * @throws CheckpointError it is not readable or breaks the format
 */
export function openFile(path: string, mode: ReadMode): OpenedFile {
  return about(path, () => {
    // A named pipe would block on opening.
    if (!statSync(path).isFile())
      throw new CheckpointError("path must be a file, got another thing");
    const file = openSync(path, "r");
    try {
      const stats = fstatSync(file);
      const { size } = stats;
      const length = headerLength(bytesAt(file, 0, Math.min(8, size)), size);
      const header = parseHeader(bytesAt(file, 8, length), size, mode);
      return { path, header, stats };
    } finally {
      closeSync(file);
    }
  });
}

/**
 * Read the headers of a folder's weights, in the order of their file names.
 *
 * @param folder  absolute
 * @throws CheckpointError it holds none or two kinds of weights, or they break the format or contradict each other
 */
export function openFolder(folder: string, mode: ReadMode): OpenedFile[] {
  const names = about(folder, () => readdirSync(folder));
  const whole = names.includes(WEIGHTS);
  if (whole === names.includes(INDEX))
    throw new CheckpointError(
      `${folder}: folder must hold either ${WEIGHTS} or ${INDEX}, got ${whole ? "both" : "neither"}`,
    );
  return whole
    ? [openFile(join(folder, WEIGHTS), mode)]
    : openShards(folder, mode);
}

/** Open every shard of an index; both must agree on which tensor lies where. */
function openShards(folder: string, mode: ReadMode): OpenedFile[] {
  const index = join(folder, INDEX);
  const { shardOf, totalSize } = about(index, () =>
    parseShardIndex(readWhole(index)),
  );
  const left = new Map(shardOf);
  let bytes = 0;
  const shards = [...new Set(shardOf.values())].sort().map((shard) => {
    const path = about(index, () => shardPath(folder, shard));
    const opened = openFile(path, mode);
    for (const [name, { begin, end }] of opened.header.tensors) {
      bytes += end - begin;
      left.delete(name);
      if (shardOf.get(name) !== shard)
        throw new CheckpointError(
          `${path}: tensor ${JSON.stringify(name)} must be in ${shardOf.get(name) ?? "no shard"} by the index, got it here`,
        );
    }
    return opened;
  });
  for (const [name, shard] of left)
    throw new CheckpointError(
      `${index}: tensor ${JSON.stringify(name)} must be in ${shard}, got no such tensor there`,
    );
  if (mode === "strict" && totalSize !== undefined && totalSize !== bytes)
    throw new CheckpointError(
      `${index}: total_size must be the ${bytes} bytes of the tensors, got ${totalSize}`,
    );
  return shards;
}

function readWhole(path: string): Uint8Array {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size > MAX_HEADER_LENGTH)
      throw new CheckpointError(
        `index must have at most ${MAX_HEADER_LENGTH} bytes, got ${size}`,
      );
    return bytesAt(file, 0, size);
  } finally {
    closeSync(file);
  }
}
