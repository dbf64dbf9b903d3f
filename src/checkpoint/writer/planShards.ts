/** The plan of a checkpoint to be written: its files, their headers, and the place of every tensor. */
import { CheckpointError } from "../../error.js";
import { DTYPE_BITS } from "../format/dtype.js";
import { type FileLayout, layOut, type TensorSpec } from "../format/layout.js";
import { sizeOf } from "../params.js";
import { isPlainName, WEIGHTS } from "../format/shardIndex.js";
import { total } from "../../stats/index.js";

/** A tensor and its place. */
export interface PlannedTensor extends TensorSpec {
  elements: number;
  bytes: number;
  /** Its `PlannedShard`. */
  shard: number;
  /** First byte of the tensor in that file. */
  offset: number;
}

/** A file of the checkpoint. */
export interface PlannedShard {
  /** Plain file name when it is finished. */
  file: string;
  /** Plain file name until then, in the same folder. */
  temporary: string;
  /** The first bytes of the file. */
  header: Uint8Array;
  /** Size of the file. */
  bytes: number;
  /** Names, in the order of their bytes. */
  tensors: string[];
}

/** The whole plan; plain data, so that it can be sent to worker threads. */
export interface ShardPlan {
  shards: PlannedShard[];
  tensors: Map<string, PlannedTensor>;
  /** Text of model.safetensors.index.json; null where there is one file. */
  index: string | null;
  /** Sum of the bytes of all tensors. */
  totalSize: number;
}

/** Options of `planShards`. */
export interface PlanOptions {
  /** Most bytes of tensors in a file; a larger tensor has a file of its own. Default 5 GB, as on the Hugging Face hub. */
  shardSize?: number;
  /** Text pairs of every header; default `{ format: "pt" }`, which older loaders ask for. */
  metadata?: Readonly<Record<string, string>>;
  /** One file of this name, whatever its size, instead of shards. */
  file?: string;
}

/**
 * Plan a checkpoint. Tensors are put into shards in the given order, as transformers does: a tensor that would exceed `shardSize` begins
 * the next shard, and one that is larger has a shard of its own. Names are model.safetensors for one shard, else
 * model-00001-of-0000N.safetensors. Within a file the layout is that of the reference library.
 *
 * @param tensors  names, dtypes and shapes
 * @throws CheckpointError a name, dtype or shape is not valid, a name is there twice, or there is none · RangeError shardSize is not a size
 * @example
 * planShards([{ name: "w", dtype: "BF16", shape: [2, 3] }]).shards[0].file // "model.safetensors"
 */
export function planShards(
  tensors: readonly TensorSpec[],
  { shardSize = 5e9, metadata = { format: "pt" }, file }: PlanOptions = {},
): ShardPlan {
  if (!(shardSize >= 1))
    throw new RangeError(
      `planShards: shardSize must be at least 1 byte, got ${shardSize}`,
    );
  if (tensors.length === 0)
    throw new CheckpointError(
      "planShards: checkpoint must have at least one tensor, got none",
    );
  if (file !== undefined && !isPlainName(file))
    throw new CheckpointError(
      `planShards: file must be a plain name, got ${JSON.stringify(file)}`,
    );
  const groups = file === undefined ? split(tensors, shardSize) : [tensors];
  const names = groups.map((_, i) =>
    groups.length === 1
      ? (file ?? WEIGHTS)
      : `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`,
  );
  const layouts = groups.map((group) => layOut(group, metadata));
  const placed = new Map<string, PlannedTensor>();
  layouts.forEach((layout, shard) => place(layout, shard, placed));
  if (placed.size < tensors.length)
    throw new CheckpointError(
      `planShards: tensor names must be unique, got ${JSON.stringify(twice(tensors))} twice`,
    );
  const totalSize = total([...placed.values()].map(({ bytes }) => bytes));
  return {
    shards: layouts.map(({ header, bytes, tensors: inside }, i) => ({
      file: names[i]!,
      temporary: `.${names[i]!}.partial`,
      header,
      bytes,
      tensors: [...inside.keys()],
    })),
    tensors: placed,
    index: groups.length === 1 ? null : indexText(placed, names, totalSize),
    totalSize,
  };
}

function number(shard: number): string {
  return String(shard).padStart(5, "0");
}

function twice(tensors: readonly TensorSpec[]): string {
  const names = tensors.map(({ name }) => name);
  return names.find((name, i) => names.indexOf(name) !== i)!;
}

function bytesOf({ dtype, shape }: TensorSpec): number {
  return (sizeOf(shape) * (DTYPE_BITS.get(dtype) ?? 0)) / 8;
}

/** Groups of tensors, one per shard. A tensor above the limit goes alone, before the shard that is being filled. */
function split(
  tensors: readonly TensorSpec[],
  shardSize: number,
): TensorSpec[][] {
  const groups: TensorSpec[][] = [];
  let current: TensorSpec[] = [];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    if (bytes > shardSize) {
      groups.push([tensor]);
      continue;
    }
    if (filled + bytes > shardSize) {
      groups.push(current);
      current = [];
      filled = 0;
    }
    current.push(tensor);
    filled += bytes;
  }
  if (current.length > 0) groups.push(current);
  return groups;
}

function place(
  { header, tensors }: FileLayout,
  shard: number,
  into: Map<string, PlannedTensor>,
): void {
  for (const [name, { dtype, shape, begin, end }] of tensors)
    into.set(name, {
      name,
      dtype,
      shape,
      elements: sizeOf(shape),
      bytes: end - begin,
      shard,
      offset: header.length + begin,
    });
}

/** The index as transformers 5 writes it: keys by code point, ASCII only. */
function indexText(
  tensors: ReadonlyMap<string, PlannedTensor>,
  files: readonly string[],
  totalSize: number,
): string {
  const entries = [...tensors.values()]
    .map(({ name, shard }) => ({ name, key: Buffer.from(name), shard }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ name, shard }) => `    ${ascii(name)}: "${files[shard]!}"`);
  const elements = total(
    [...tensors.values()].map((tensor) => tensor.elements),
  );
  return `{
  "metadata": {
    "total_parameters": ${elements},
    "total_size": ${totalSize}
  },
  "weight_map": {
${entries.join(",\n")}
  }
}
`;
}

/** A JSON string without any character above 127. */
function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
