/** Reads the head of a GGUF file value by value, asking the file for more bytes only as they are needed. */
import { CheckpointError } from "../../error.js";
import { bytesAt } from "../readAt.js";

/** Most bytes of a head: that of a vocabulary of 150,000 tokens has some 6 MB. */
const LARGEST_HEAD = 2 ** 28;
const PIECE = 2 ** 20;
/** Lists inside each other; the format's own have one. */
const DEEPEST = 2;

/** A value of the metadata. Lists of numbers and texts are plain arrays. */
export type GgufValue = number | boolean | string | GgufValue[];

/** Bytes of each fixed-size type by its number in the file. */
const SIZES: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};
const TEXT = 8;
const LIST = 9;

/** The position in the head of an open file; little-endian. */
export class HeadCursor {
  position = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);

  /** @param size  bytes of the whole file */
  constructor(
    private readonly file: number,
    private readonly size: number,
  ) {}

  /** Go over `count` bytes and return where they began, in memory. */
  private take(count: number): number {
    const start = this.position;
    const end = start + count;
    if (end > this.size || end > LARGEST_HEAD)
      throw new CheckpointError(
        `head must end within ${Math.min(this.size, LARGEST_HEAD)} bytes, got a value of ${count} bytes at ${start}`,
      );
    if (end > this.bytes.length) {
      const wanted = Math.max(end, 2 * this.bytes.length, PIECE);
      const length = Math.min(wanted, this.size, LARGEST_HEAD);
      this.bytes = bytesAt(this.file, 0, length);
      this.view = new DataView(this.bytes.buffer);
    }
    this.position = end;
    return start;
  }

  u32(): number {
    // The view may be another one after `take`.
    const at = this.take(4);
    return this.view.getUint32(at, true);
  }

  /** A count or an offset; those beyond 2⁵³ are no file's. */
  u64(): number {
    const at = this.take(8);
    return safe(this.view.getBigUint64(at, true), at);
  }

  text(): string {
    const length = this.u64();
    const start = this.take(length);
    return Buffer.from(this.bytes.buffer, start, length).toString("utf8");
  }

  /** A value of the metadata with its type before it. */
  value(): GgufValue {
    return this.valueOf(this.u32(), 0);
  }

  private valueOf(type: number, depth: number): GgufValue {
    if (type === TEXT) return this.text();
    if (type === LIST && depth < DEEPEST) return this.list(depth);
    const size = SIZES[type];
    if (size === undefined)
      throw new CheckpointError(
        `metadata must have values of type 0 to 12, got ${type} at ${this.position}`,
      );
    const at = this.take(size);
    const { view } = this;
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 7:
        return view.getUint8(at) !== 0;
      case 10:
        return safe(view.getBigUint64(at, true), at);
      case 11:
        return safe(view.getBigInt64(at, true), at);
      default:
        return view.getFloat64(at, true);
    }
  }

  private list(depth: number): GgufValue[] {
    const type = this.u32();
    const count = this.u64();
    const found: GgufValue[] = [];
    // One by one, so that a list that claims more than the file holds ends at its end.
    for (let i = 0; i < count; i++) found.push(this.valueOf(type, depth + 1));
    return found;
  }
}

function safe(value: bigint, at: number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new CheckpointError(
      `numbers must be below 2^53, got ${value} at ${at}`,
    );
  return number;
}
