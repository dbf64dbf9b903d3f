/** What a checkpoint consists of: files, tensors, dtypes, sums, and whether its embeddings are tied. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Checkpoint, StoredTensor } from "./checkpoint.js";
import { readConfiguration } from "./configuration/readConfiguration.js";

/**
 * How the output head and the embedding are related. `"config"`: no head is stored, and config.json says that the embedding is used.
 * `"copy"`: both are stored, with the same bytes. `"apart"`: both are stored and differ. `"contradiction"`: they differ though config.json
 * says that they are tied. `"no head"`: none is stored, and no config.json says why. `"no embedding"`: none is stored.
 */
export type Tying =
  "config" | "copy" | "apart" | "contradiction" | "no head" | "no embedding";

/** Tensors of one dtype. */
export interface DtypeTotal {
  dtype: string;
  tensors: number;
  parameters: number;
  bytes: number;
}

/** What a checkpoint consists of. */
export interface Inspection {
  path: string;
  /** Plain file names, with their sizes in bytes. */
  files: { name: string; bytes: number; tensors: number }[];
  /** Elements of all tensors. */
  parameters: number;
  /** Bytes of all tensors. */
  bytes: number;
  /** By descending bytes. */
  dtypes: DtypeTotal[];
  tied: Tying;
  metadata: Record<string, string>;
  /** In the order of the checkpoint; `file` without its folder. */
  tensors: StoredTensor[];
}

/**
 * Sum up a checkpoint. Values are read only where a head and an embedding of equal dtype and shape must be compared, up to the first
 * difference.
 *
 * @throws CheckpointError config.json is broken, or a tensor to be compared cannot be read
 * @example
 * inspectCheckpoint(Checkpoint.open("models/base")).parameters
 */
export function inspectCheckpoint(checkpoint: Checkpoint): Inspection {
  const tensors = [...checkpoint.tensors.values()];
  const totals = new Map<string, DtypeTotal>();
  for (const { dtype, elements, bytes } of tensors) {
    const total = totals.get(dtype) ?? {
      dtype,
      tensors: 0,
      parameters: 0,
      bytes: 0,
    };
    total.tensors++;
    total.parameters += elements;
    total.bytes += bytes;
    totals.set(dtype, total);
  }
  const dtypes = [...totals.values()].sort((a, b) => b.bytes - a.bytes);
  return {
    path: checkpoint.path,
    files: checkpoint.files.map((path) => ({
      name: basename(path),
      bytes: statSync(path).size,
      tensors: tensors.filter(({ file }) => file === path).length,
    })),
    parameters: dtypes.reduce((sum, { parameters }) => sum + parameters, 0),
    bytes: dtypes.reduce((sum, { bytes }) => sum + bytes, 0),
    dtypes,
    tied: tying(checkpoint),
    metadata: Object.fromEntries(checkpoint.metadata),
    tensors: tensors.map((tensor) => ({
      ...tensor,
      file: basename(tensor.file),
    })),
  };
}

function tying(checkpoint: Checkpoint): Tying {
  const tensors = [...checkpoint.tensors.values()];
  const find = (pattern: RegExp): StoredTensor | undefined =>
    tensors.find(({ name }) => pattern.test(name));
  const embedding = find(/(?:^|\.)embed_tokens\.weight$/);
  const head = find(/(?:^|\.)lm_head\.weight$/);
  if (embedding === undefined) return "no embedding";
  const configured =
    readConfiguration(checkpoint.files[0]!)?.["tie_word_embeddings"] === true;
  if (head === undefined) return configured ? "config" : "no head";
  if (sameBytes(checkpoint, head, embedding)) return "copy";
  return configured ? "contradiction" : "apart";
}

const PIECE = 2 ** 20;

function sameBytes(
  checkpoint: Checkpoint,
  a: StoredTensor,
  b: StoredTensor,
): boolean {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const left = Buffer.alloc(PIECE);
  const right = Buffer.alloc(PIECE);
  for (let start = 0; start < a.bytes; start += PIECE) {
    const size = Math.min(PIECE, a.bytes - start);
    checkpoint.readBytes(a.name, start, left.subarray(0, size));
    checkpoint.readBytes(b.name, start, right.subarray(0, size));
    if (left.compare(right, 0, size, 0, size) !== 0) return false;
  }
  return true;
}
