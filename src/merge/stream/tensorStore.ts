/** Takes the merged values of one tensor front to back: rounds them, measures what survives, and hands on the stored bytes. */
import {
  DTYPE_BITS,
  type Dtype,
  decodeInto,
  encodeInto,
} from "../../checkpoint/index.js";
import { bytes, floats, inArena } from "../kernels/arena.js";
import type { Source } from "../tensor.js";
import { firstNonFinite } from "../parts/finite.js";
import type { MergedTensor, Piece } from "./plan/planTensors.js";
import { holds } from "./plan/precision.js";
import {
  type Survival,
  storeBf16,
  survivalOf,
  totalSurvival,
} from "./survival.js";

/**
 * Entries handled at a time, in whole blocks from the start of the tensor, so that sums do not depend on how the tensor comes; the
 * few arrays of a block stay in the first-level cache or close to it.
 */
const BLOCK = 8192;

/** Blocks that are written at a time. */
const WRITTEN = 16;

/** Rounds float32 values to the stored format; `start` is the place of the first in its tensor. */
export type Encode = (
  start: number,
  values: Float32Array,
  out: Uint8Array,
) => void;

/** The end of one tensor's way; its arrays last as long as the scope that it is made in. */
export class TensorStore {
  private readonly dtype: Dtype;
  private readonly width: number;
  private readonly bytes: Uint8Array;
  private readonly pending: Float32Array;
  private readonly stored: Float32Array;
  private readonly anchor: Source | null;
  private readonly base: Float32Array;
  /** The base as it would be stored: the same where the format holds it. */
  private readonly storedBase: Float32Array;
  private readonly scratch: Uint8Array;
  /** Rounding to the nearest bfloat16 on a base in bfloat16: what nearly every merge does. */
  private readonly isFast: boolean;
  private survival: Survival = totalSurvival([]);
  /** Entries that came, and those of them that wait in `pending`. */
  private taken = 0;
  private waiting = 0;
  /** Bytes that were written, and those that wait in `bytes`. */
  private written = 0;
  private filled = 0;

  /**
   * @param anchorDtype  format of the anchor's values; null without an anchor
   * @param encode       rounds to the stored format; null: to the nearest
   * @param write        takes the stored bytes front to back
   */
  constructor(
    private readonly tensor: MergedTensor,
    open: (piece: Piece) => Source,
    anchorDtype: string | null,
    private readonly encode: Encode | null,
    private readonly write: (startByte: number, bytes: Uint8Array) => void,
  ) {
    const { anchor, elements } = tensor;
    this.dtype = tensor.dtype as Dtype;
    this.width = DTYPE_BITS.get(this.dtype)! / 8;
    const size = Math.min(BLOCK, elements);
    this.bytes = bytes(Math.min(WRITTEN * BLOCK, elements) * this.width);
    this.pending = floats(size);
    this.stored = floats(size);
    this.anchor = anchor === null ? null : open(anchor);
    this.base = floats(size);
    const same = anchorDtype === null || holds(this.dtype, anchorDtype);
    this.storedBase = same ? this.base : new Float32Array(size);
    this.scratch = new Uint8Array(same ? 0 : size * this.width);
    this.isFast =
      this.dtype === "BF16" && anchorDtype === "BF16" && encode === null;
  }

  /** The next values; they are not kept. */
  take(values: Float32Array): void {
    for (let at = 0; at < values.length;) {
      const room = BLOCK - this.waiting;
      const part = values.subarray(at, at + room);
      at += part.length;
      if (part.length === BLOCK && inArena(part)) {
        this.block(part);
        continue;
      }
      this.pending.set(part, this.waiting);
      this.waiting += part.length;
      if (this.waiting === BLOCK) this.flushPending();
    }
  }

  /** Write what is left; the survival of all, null without a base to compare with. */
  finish(): Survival | null {
    this.flushPending();
    this.flushBytes();
    return this.anchor === null ? null : this.survival;
  }

  private flushPending(): void {
    if (this.waiting > 0) this.block(this.pending.subarray(0, this.waiting));
    this.waiting = 0;
  }

  private flushBytes(): void {
    if (this.filled > 0)
      this.write(this.written, this.bytes.subarray(0, this.filled));
    this.written += this.filled;
    this.filled = 0;
  }

  private block(merged: Float32Array): void {
    const { length } = merged;
    const end = this.filled + length * this.width;
    const out = this.bytes.subarray(this.filled, end);
    const stored = this.stored.subarray(0, length);
    const base = this.base.subarray(0, length);
    this.anchor?.read(this.taken, base);
    if (this.isFast) {
      const part = storeBf16(merged, base, out);
      if (!Number.isFinite(part.error)) {
        decodeInto(this.dtype, out, stored);
        this.refuse(merged, stored);
      }
      this.survival = totalSurvival([this.survival, part]);
    } else {
      this.roundAndMeasure(merged, base, stored, out);
    }
    this.taken += length;
    this.filled = end;
    if (end === this.bytes.length) this.flushBytes();
  }

  private roundAndMeasure(
    merged: Float32Array,
    base: Float32Array,
    stored: Float32Array,
    out: Uint8Array,
  ): void {
    if (this.encode === null) encodeInto(this.dtype, merged, out);
    else this.encode(this.taken, merged, out);
    decodeInto(this.dtype, out, stored);
    if (firstNonFinite(stored) >= 0) this.refuse(merged, stored);
    if (this.anchor === null) return;
    const storedBase = this.storedBase.subarray(0, base.length);
    if (this.storedBase !== this.base) {
      const scratch = this.scratch.subarray(0, out.length);
      encodeInto(this.dtype, base, scratch);
      decodeInto(this.dtype, scratch, storedBase);
    }
    const part = survivalOf(merged, base, stored, storedBase);
    this.survival = totalSurvival([this.survival, part]);
  }

  /** Values beyond the largest of the stored format. */
  private refuse(merged: Float32Array, stored: Float32Array): never {
    const at = firstNonFinite(stored);
    throw new RangeError(
      `merge: tensor "${this.tensor.name}" must fit ${this.dtype}, got ${merged[at]!} at entry ${this.taken + at}; give a wider out_dtype`,
    );
  }
}
