/** Reads GGUF files: metadata and tensors, the whole head checked before a value is read. */
import { closeSync } from "node:fs";
import { CheckpointError } from "../../error.js";
import { openRegular } from "../../io/index.js";
import { sizeOf } from "../params.js";
import { bytesAt } from "../readAt.js";
import { BLOCK_TYPES, type BlockType } from "./blocks.js";
import { HeadCursor, type GgufValue } from "./headCursor.js";

/** One tensor of a GGUF file. */
export interface GgufTensor {
  name: string;
  /** Row-major, outermost first, as in safetensors; the file has it innermost first. */
  shape: number[];
  /** Name of its type, for example "Q4_1". */
  type: string;
  /** First byte in the file. */
  start: number;
}

const MAGIC = 0x46554747; // "GGUF"
const MOST_DIMENSIONS = 4;
const MOST_ENTRIES = 1_000_000;

interface Placed extends GgufTensor {
  block: BlockType;
}

/**
 * An open GGUF file.
 *
 * @example
 * const file = GgufFile.open("model.gguf");
 * file.read("output_norm.weight");
 * file.close();
 */
export class GgufFile {
  private constructor(
    private readonly file: number,
    /** Everything that the file says beside its tensors, by key. */
    readonly metadata: ReadonlyMap<string, GgufValue>,
    private readonly placed: ReadonlyMap<string, Placed>,
  ) {}

  /**
   * Open a file and check its whole head: versions 2 and 3, names once, known types, every tensor inside the file.
   *
   * @throws CheckpointError the file is not readable, breaks the format, or holds a type that is not implemented
   */
  static open(path: string): GgufFile {
    const failure = (text: string, cause?: unknown): CheckpointError =>
      new CheckpointError(`GgufFile: ${text}`, { cause });
    const { file, stats } = openRegular(path, failure);
    try {
      const { metadata, tensors } = readHead(file, stats.size);
      return new GgufFile(file, metadata, tensors);
    } catch (error) {
      closeSync(file);
      if (!(error instanceof CheckpointError)) throw error;
      throw failure(`${path}: ${error.message}`, error);
    }
  }

  /** The tensors, in file order. */
  get tensors(): ReadonlyMap<string, GgufTensor> {
    return this.placed;
  }

  /**
   * The values of a tensor as float32.
   *
   * @throws CheckpointError there is no such tensor
   */
  read(name: string): Float32Array {
    const tensor = this.placed.get(name);
    if (tensor === undefined)
      throw new CheckpointError(
        `GgufFile: tensor must be in the file, got ${JSON.stringify(name)}`,
      );
    const { block, shape, start } = tensor;
    const out = new Float32Array(sizeOf(shape));
    const bytes = bytesAt(this.file, start, bytesOf(out.length, block));
    block.decode(bytes, out);
    return out;
  }

  close(): void {
    closeSync(this.file);
  }
}

function bytesOf(values: number, block: BlockType): number {
  return (values / block.values) * block.bytes;
}

function readHead(
  file: number,
  size: number,
): { metadata: Map<string, GgufValue>; tensors: Map<string, Placed> } {
  const head = new HeadCursor(file, size);
  if (head.u32() !== MAGIC)
    throw new CheckpointError('must begin with "GGUF", got other bytes');
  const version = head.u32();
  if (version !== 2 && version !== 3)
    throw new CheckpointError(`version must be 2 or 3, got ${version}`);
  const [count, entries] = [head.u64(), head.u64()];
  if (count > MOST_ENTRIES || entries > MOST_ENTRIES)
    throw new CheckpointError(
      `must have at most ${MOST_ENTRIES} tensors and keys, got ${count} and ${entries}`,
    );
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entries; i++) {
    const key = head.text();
    if (metadata.has(key))
      throw new CheckpointError(
        `keys must be different, got ${JSON.stringify(key)} twice`,
      );
    metadata.set(key, head.value());
  }
  const tensors = new Map<string, Placed>();
  for (let i = 0; i < count; i++) {
    const tensor = readTensor(head);
    if (tensors.has(tensor.name))
      throw new CheckpointError(
        `tensors must have different names, got ${JSON.stringify(tensor.name)} twice`,
      );
    tensors.set(tensor.name, tensor);
  }
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !(alignment >= 1))
    throw new CheckpointError(
      `general.alignment must be a positive number, got ${JSON.stringify(alignment)}`,
    );
  const data = Math.ceil(head.position / alignment) * alignment;
  for (const tensor of tensors.values()) {
    tensor.start += data;
    const end = tensor.start + bytesOf(sizeOf(tensor.shape), tensor.block);
    if (end > size)
      throw new CheckpointError(
        `tensor ${JSON.stringify(tensor.name)} must end within ${size} bytes, got ${end}; the file is probably truncated`,
      );
  }
  return { metadata, tensors };
}

/** One tensor; its start is still that behind the head. */
function readTensor(head: HeadCursor): Placed {
  const name = head.text();
  const dimensions = head.u32();
  if (dimensions > MOST_DIMENSIONS)
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must have at most ${MOST_DIMENSIONS} dimensions, got ${dimensions}`,
    );
  const shape = Array.from({ length: dimensions }, () => head.u64()).reverse();
  const type = head.u32();
  const block = BLOCK_TYPES[type];
  if (block === undefined) {
    const known = Object.values(BLOCK_TYPES).map((each) => each.name);
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must be of type ${known.join(", ")}, got type ${type}`,
    );
  }
  const innermost = shape.at(-1) ?? 1;
  if (!Number.isSafeInteger(sizeOf(shape)) || innermost % block.values !== 0)
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must have rows of whole blocks of ${block.values} values, got shape (${shape.join(", ")})`,
    );
  return { name, shape, type: block.name, start: head.u64(), block };
}
