/** The headers of a checkpoint: of one file, or of all shards of a folder, checked against each other. */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  statSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../error.js";
import { readBytes } from "../io/index.js";
import { asCheckpointError } from "./asCheckpointError.js";
import { FormatError } from "./format/formatError.js";
import {
  headerLength,
  MAX_HEADER_LENGTH,
  parseHeader,
  type ReadMode,
  type SafetensorsHeader,
} from "./format/header.js";
import { bytesAt } from "./readAt.js";
import { INDEX, parseShardIndex, WEIGHTS } from "./format/shardIndex.js";

/** How the text begins that git keeps in the place of a large file. */
const LFS_POINTER = "version https://git-lfs";

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
      throw new CheckpointError(
        "path must be a file, got a directory or device",
      );
    const file = openSync(path, "r");
    try {
      const stats = fstatSync(file);
      const { size } = stats;
      const start = bytesAt(file, 0, Math.min(LFS_POINTER.length, size));
      if (Buffer.from(start).toString("latin1") === LFS_POINTER)
        throw new CheckpointError(
          "file must hold weights, got a pointer of git-lfs; fetch the file with git lfs pull",
        );
      const length = headerLength(start.subarray(0, 8), size);
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
      `${folder}: folder must hold either ${WEIGHTS} or ${INDEX}, got ${whole ? "both" : whatInstead(names)}`,
    );
  return whole
    ? [openFile(join(folder, WEIGHTS), mode)]
    : openShards(folder, mode);
}

/** What a folder without safetensors holds, for a message. */
function whatInstead(names: readonly string[]): string {
  const old = names.filter((name) =>
    /\.(?:bin|pt|pth|ckpt|gguf|h5|msgpack)$/.test(name),
  );
  if (old.length > 0)
    return `${old.slice(0, 3).join(", ")}${old.length > 3 ? ", …" : ""}; save the model as safetensors first`;
  const other = names.find((name) => name.endsWith(".safetensors"));
  return other === undefined
    ? "neither"
    : `${other}; give that file itself, or rename it`;
}

function isLink(path: string): boolean {
  return about(
    path,
    () => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
  );
}

/** Open every shard of an index; both must agree on which tensor lies where. */
function openShards(folder: string, mode: ReadMode): OpenedFile[] {
  const index = join(folder, INDEX);
  const bytes = readBytes(
    index,
    { bytes: MAX_HEADER_LENGTH },
    (text, cause) => new CheckpointError(text, { cause }),
  );
  const { shardOf } = about(index, () => parseShardIndex(bytes));
  const left = new Map(shardOf);
  const shards = [...new Set(shardOf.values())].sort().map((shard) => {
    // Its name is plain; a link in its place was made by who made the folder, as in the cache of the hub.
    const path = join(folder, shard);
    if (!existsSync(path))
      throw new CheckpointError(
        `${path}: shard not found${isLink(path) ? " behind its link" : ""}, although ${INDEX} names it`,
      );
    const opened = openFile(path, mode);
    for (const name of opened.header.tensors.keys()) {
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
  return shards;
}
