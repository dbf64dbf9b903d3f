/** An open checkpoint: headers in memory, tensors read in pieces. */
import { closeSync, fstatSync, openSync, statSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { CheckpointError } from "../error.js";
import { Adapter } from "./adapter/adapter.js";
import { ADAPTER_WEIGHTS, modelPlace } from "./adapter/modelPlace.js";
import { DTYPE_BITS, DTYPES, decodeInto, isDtype } from "./format/dtype.js";
import type { ReadMode } from "./format/header.js";
import { about, type OpenedFile, openFile, openFolder } from "./openFiles.js";
import { sizeOf } from "./params.js";
import { readAt } from "./readAt.js";

/** Where one tensor of a checkpoint lies, and what it is. */
export interface StoredTensor {
  name: string;
  /** Name of a safetensors format, convertible or not. */
  dtype: string;
  shape: readonly number[];
  elements: number;
  bytes: number;
  /** Absolute path of the file. */
  file: string;
  /** First byte of the tensor in the file; of one that an adapter changes, of the base's values. */
  offset: number;
}

/** Options of `Checkpoint.open`. */
export interface CheckpointOptions {
  /** Whose rules hold, see `parseHeader`; default "strict". */
  mode?: ReadMode;
}

/** Bytes that are read and converted at a time: small enough to stay in the second-level cache between the two. */
const PIECE = 2 ** 18;

const CHANGED = "file changed since its header was read";

/**
 * An open checkpoint: a .safetensors file, or a folder with model.safetensors or with model.safetensors.index.json and its shards.
 *
 * Opening reads and checks headers only. Tensors are then read in pieces of any size; one file is open at a time, and one scratch
 * buffer of 256 kB is used, so that memory does not grow with the model. Not shared between threads: each opens its own.
 *
 * Rules of a folder, in both modes: exactly one of the two forms; shards have plain names, and may be links; every tensor of the
 * index is in the shard that it names, and every tensor of a shard is in the index. Rules of a file: see `parseHeader`.
 *
 * An adapter in PEFT's format, alone or as `BASE+ADAPTER` (see `modelPlace`), is opened as the model that it makes of its base: the weights
 * that it changes are W + scale · B · A in F32, summed while they are read.
 *
 * Every error is a CheckpointError with the message `<file>: <what must hold, got what>`.
 *
 * @example
 * const checkpoint = Checkpoint.open("models/base");
 */
export class Checkpoint {
  /** As given to `open`. */
  readonly path: string;
  /** Absolute paths of the files, in the order of their names. */
  readonly files: readonly string[];
  /** By name; files in their order, tensors of a file in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Text pairs of the headers; of a key in several files, the first file's. Those of an adapter's base. */
  readonly metadata: ReadonlyMap<string, string>;

  private readonly stats: ReadonlyMap<string, Stats>;
  /** As the files have them: without what an adapter adds. */
  private readonly stored: ReadonlyMap<string, StoredTensor>;
  private readonly adapter: Adapter | undefined;
  private current: { path: string; file: number } | undefined;
  private closed = false;
  private scratch: Uint8Array | undefined;

  private constructor(
    path: string,
    files: readonly OpenedFile[],
    adapterFolder: string | null,
  ) {
    this.path = path;
    this.stats = new Map(files.map((file) => [file.path, file.stats]));
    const tensors = new Map<string, StoredTensor>();
    const metadata = new Map<string, string>();
    for (const { path: file, header } of files) {
      for (const [name, { dtype, shape, begin, end }] of header.tensors)
        tensors.set(name, {
          name,
          dtype,
          shape,
          elements: sizeOf(shape),
          bytes: end - begin,
          file,
          offset: header.dataStart + begin,
        });
      for (const [key, value] of header.metadata)
        if (!metadata.has(key)) metadata.set(key, value);
    }
    this.stored = tensors;
    this.metadata = metadata;
    if (adapterFolder !== null) {
      const place = join(adapterFolder, ADAPTER_WEIGHTS);
      this.adapter = new Adapter(
        adapterFolder,
        new Checkpoint(place, [openFile(resolve(place), "strict")], null),
        tensors,
      );
    }
    this.files = [
      ...files.map((file) => file.path),
      ...(this.adapter?.file.files ?? []),
    ];
    this.tensors = new Map(
      [...tensors].map(([name, tensor]) => [
        name,
        this.adapter?.has(name) === true
          ? { ...tensor, dtype: "F32", bytes: 4 * tensor.elements }
          : tensor,
      ]),
    );
  }

  /**
   * Open a file or folder.
   *
   * @throws CheckpointError it is not there, not readable, ambiguous, or breaks the format
   */
  static open(
    path: string,
    { mode = "strict" }: CheckpointOptions = {},
  ): Checkpoint {
    const { base, adapter } = modelPlace(path);
    const place = resolve(base);
    const isFolder = about(place, () => statSync(place)).isDirectory();
    return new Checkpoint(
      path,
      isFolder ? openFolder(place, mode) : [openFile(place, mode)],
      adapter,
    );
  }

  /**
   * The tensor of a name.
   *
   * @throws CheckpointError there is none
   */
  tensor(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new CheckpointError(
        `${this.path}: checkpoint must hold tensor ${JSON.stringify(name)}, got no such name`,
      );
    return tensor;
  }

  /**
   * Raw little-endian bytes of a tensor, from `startByte` on, until `out` is full.
   *
   * @throws CheckpointError there is no such tensor, or the file has changed or is not readable · RangeError beyond the tensor's end
   */
  readBytes(name: string, startByte: number, out: Uint8Array): void {
    const { bytes, file, offset } = this.tensor(name);
    checkRange("readBytes", "bytes", name, startByte, out.length, bytes);
    if (this.adapter?.has(name) === true) {
      // Its bytes are nowhere on the disk: they are those of the sums, in whole numbers.
      const start = Math.floor(startByte / 4);
      const end = Math.ceil((startByte + out.length) / 4);
      const values = new Float32Array(end - start);
      this.read(name, start, values);
      const skipped = startByte - 4 * start;
      out.set(new Uint8Array(values.buffer, skipped, out.length));
      return;
    }
    about(file, () => readAt(this.open(file), offset + startByte, out));
  }

  /**
   * Elements of a tensor as float32, from `start` on, until `out` is full. F64 is rounded to float32, everything else is exact.
   *
   * @throws CheckpointError the dtype is none of `DTYPES`, an integer is not exact in float32, or as `readBytes` · RangeError beyond
   * the tensor's end
   */
  read(name: string, start: number, out: Float32Array): void {
    const { elements } = this.tensor(name);
    checkRange("read", "elements", name, start, out.length, elements);
    this.readStored(name, start, out);
    if (this.adapter?.has(name) === true) this.adapter.add(name, start, out);
  }

  private readStored(name: string, start: number, out: Float32Array): void {
    const { dtype, file, offset } = this.stored.get(name)!;
    about(file, () => {
      if (!isDtype(dtype))
        throw new CheckpointError(
          `tensor ${JSON.stringify(name)} must have dtype ${DTYPES.join(", ")}, got ${dtype}`,
        );
      const width = DTYPE_BITS.get(dtype)! / 8;
      let position = offset + start * width;
      if (dtype === "F32") {
        const bytes = new Uint8Array(
          out.buffer,
          out.byteOffset,
          out.byteLength,
        );
        readAt(this.open(file), position, bytes);
        return;
      }
      this.scratch ??= new Uint8Array(PIECE);
      const step = PIECE / width;
      for (let done = 0; done < out.length; done += step) {
        const values = out.subarray(done, done + step);
        const bytes = this.scratch.subarray(0, values.length * width);
        readAt(this.open(file), position, bytes);
        convert(name, dtype, () => decodeInto(dtype, bytes, values));
        position += bytes.length;
      }
    });
  }

  /**
   * Check that every file is still the one whose header was read, by place on the disk, size and time of change; whoever merges for hours
   * asks at the end.
   *
   * @throws CheckpointError one was replaced, changed or removed
   */
  checkUnchanged(): void {
    for (const [path, { ino, size, mtimeMs }] of this.stats) {
      const now = about(path, () => statSync(path));
      if (now.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs)
        throw new CheckpointError(`${path}: ${CHANGED}`);
    }
    this.adapter?.file.checkUnchanged();
  }

  /** Close the file that is open; nothing can be read from then on. */
  close(): void {
    if (this.current !== undefined) closeSync(this.current.file);
    this.current = undefined;
    this.closed = true;
    this.adapter?.file.close();
  }

  /** Open one of the files, which must be what it was when its header was read. */
  private open(path: string): number {
    if (this.current?.path === path) return this.current.file;
    if (this.closed)
      throw new CheckpointError("checkpoint must be open, got a closed one");
    if (this.current !== undefined) closeSync(this.current.file);
    this.current = undefined;
    const file = openSync(path, "r");
    const now = fstatSync(file);
    const { ino, size, mtimeMs } = this.stats.get(path)!;
    if (now.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs) {
      closeSync(file);
      throw new CheckpointError(CHANGED);
    }
    this.current = { path, file };
    return file;
  }
}

/** Run a conversion; values that cannot be converted become a CheckpointError that names the tensor. */
export function convert<T>(
  name: string,
  dtype: string,
  conversion: () => T,
): T {
  try {
    return conversion();
  } catch (error) {
    if (error instanceof RangeError)
      throw new CheckpointError(
        `tensor ${JSON.stringify(name)} of dtype ${dtype}: ${error.message}`,
      );
    throw error;
  }
}

/** Refuse a range that is not inside a tensor. */
export function checkRange(
  caller: string,
  unit: string,
  name: string,
  start: number,
  count: number,
  size: number,
): void {
  if (!Number.isSafeInteger(start) || start < 0 || start + count > size)
    throw new RangeError(
      `${caller}: ${unit} of tensor ${JSON.stringify(name)} must be within [0, ${size}), got [${start}, ${start + count})`,
    );
}
