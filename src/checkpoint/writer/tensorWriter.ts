/** Writes values of planned tensors at their places in the temporary files of their shards. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../error.js";
import type { Key } from "../../random.js";
import { checkRange, convert } from "../checkpoint.js";
import {
  DTYPE_BITS,
  DTYPES,
  type Dtype,
  encodeInto,
  isDtype,
} from "../format/dtype.js";
import { about } from "../openFiles.js";
import type { PlannedTensor, ShardPlan } from "./planShards.js";
import { roundStochastically } from "./stochasticRounding.js";

/** How float32 becomes BF16 or F16: to the nearest, ties to even, or at random by the element's index; see `roundStochastically`. */
export type Rounding = { mode: "nearest" } | { mode: "stochastic"; key: Key };

/** Bytes that are converted and written at a time. */
const PIECE = 2 ** 18;

/**
 * Writes tensors of a plan. Several of them, in several threads, may write different tensors at once, also into the same file; the
 * temporary files must exist (`CheckpointWriter.create` makes them).
 *
 * @example
 * const { folder, plan } = CheckpointWriter.create("written", [{ name: "w", dtype: "BF16", shape: [2] }]);
 * new TensorWriter(folder, plan).write("w", 0, new Float32Array([1, 2]));
 */
export class TensorWriter {
  private current: { shard: number; file: number } | undefined;
  private scratch: Uint8Array | undefined;
  /** Byte ranges of each tensor that are written, in order and apart. */
  private readonly ranges = new Map<string, [start: number, end: number][]>();

  /** @param folder where the temporary files are · @param plan what is written */
  constructor(
    private readonly folder: string,
    private readonly plan: ShardPlan,
  ) {}

  /**
   * Write elements of a tensor, from `start` on, in the dtype of the tensor.
   *
   * @param rounding  of BF16 and F16; default nearest
   * @throws CheckpointError there is no such tensor, its dtype is none of `DTYPES`, a value does not fit an integer dtype, or the disk
   * refuses · RangeError beyond the tensor's end, or written before
   */
  write(
    name: string,
    start: number,
    values: Float32Array,
    rounding: Rounding = { mode: "nearest" },
  ): void {
    const tensor = this.tensor(name);
    const { dtype, elements, offset } = tensor;
    const path = this.pathOf(tensor);
    checkRange("write", "elements", name, start, values.length, elements);
    about(
      path,
      () => {
        if (!isDtype(dtype))
          throw new CheckpointError(
            `tensor ${JSON.stringify(name)} must have dtype ${DTYPES.join(", ")}, got ${dtype}`,
          );
        const width = DTYPE_BITS.get(dtype)! / 8;
        this.claim(name, start * width, (start + values.length) * width);
        this.scratch ??= new Uint8Array(PIECE);
        const step = PIECE / width;
        for (let done = 0; done < values.length; done += step) {
          const piece = values.subarray(done, done + step);
          const bytes = this.scratch.subarray(0, piece.length * width);
          const first = start + done;
          convert(name, dtype, () =>
            encode(dtype, piece, bytes, rounding, first),
          );
          writeAt(this.open(tensor), offset + first * width, bytes);
        }
      },
      "writable",
    );
  }

  /**
   * Write stored bytes of a tensor, from `startByte` on; any dtype.
   *
   * @throws CheckpointError there is no such tensor, or the disk refuses · RangeError beyond the tensor's end, or written before
   */
  writeBytes(name: string, startByte: number, bytes: Uint8Array): void {
    const tensor = this.tensor(name);
    const size = tensor.bytes;
    checkRange("writeBytes", "bytes", name, startByte, bytes.length, size);
    this.claim(name, startByte, startByte + bytes.length);
    about(
      this.pathOf(tensor),
      () => writeAt(this.open(tensor), tensor.offset + startByte, bytes),
      "writable",
    );
  }

  /** Whether every byte of a tensor has been written here. */
  isWhole(name: string): boolean {
    const { bytes } = this.tensor(name);
    const [first, second] = this.ranges.get(name) ?? [];
    if (bytes === 0) return true;
    return second === undefined && first?.[0] === 0 && first[1] === bytes;
  }

  /** Close the file that is open. */
  close(): void {
    if (this.current !== undefined) closeSync(this.current.file);
    this.current = undefined;
  }

  private tensor(name: string): PlannedTensor {
    const tensor = this.plan.tensors.get(name);
    if (tensor === undefined)
      throw new CheckpointError(
        `${this.folder}: tensor to be written must be in the plan, got ${JSON.stringify(name)}`,
      );
    return tensor;
  }

  private pathOf({ shard }: PlannedTensor): string {
    return join(this.folder, this.plan.shards[shard]!.temporary);
  }

  private open(tensor: PlannedTensor): number {
    if (this.current?.shard === tensor.shard) return this.current.file;
    this.close();
    const file = openSync(this.pathOf(tensor), "r+");
    this.current = { shard: tensor.shard, file };
    return file;
  }

  /** Note a range as written; each byte may be written once. */
  private claim(name: string, start: number, end: number): void {
    if (start === end) return;
    const ranges = this.ranges.get(name) ?? [];
    let at = ranges.length;
    while (at > 0 && ranges[at - 1]![0] >= end) at--;
    const before = ranges[at - 1];
    if (before !== undefined && before[1] > start)
      throw new RangeError(
        `write: each byte of tensor ${JSON.stringify(name)} must be written once, got [${start}, ${end}) after [${before.join(", ")})`,
      );
    const after = ranges[at];
    // Neighbours become one range.
    const range: [number, number] = [
      before?.[1] === start ? before[0] : start,
      after?.[0] === end ? after[1] : end,
    ];
    const from = before?.[1] === start ? at - 1 : at;
    const to = after?.[0] === end ? at + 1 : at;
    ranges.splice(from, to - from, range);
    this.ranges.set(name, ranges);
  }
}

function encode(
  dtype: Dtype,
  values: Float32Array,
  out: Uint8Array,
  rounding: Rounding,
  start: number,
): void {
  if (rounding.mode === "stochastic" && (dtype === "BF16" || dtype === "F16"))
    roundStochastically(dtype, values, out, rounding.key, start);
  else encodeInto(dtype, values, out);
}

function writeAt(file: number, position: number, bytes: Uint8Array): void {
  // A nearly full disk takes a part first and fails at the next call.
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
