/** The header of a safetensors file: a strict parser of its JSON, and the rules that tie it to the file's bytes. */
import { CheckpointError } from "../error.js";
import { DTYPE_BITS } from "./dtype.js";
import { sizeOf } from "./params.js";

/** Where one tensor lies in a file, and what it is. `begin` and `end` are bytes from the start of the data. */
export interface TensorInfo {
  /** Name of a format in `DTYPE_BITS`. */
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  /** Tensors in the order of their bytes. */
  tensors: Map<string, TensorInfo>;
  metadata: Map<string, string>;
  /** Byte of the file at which the data starts. */
  dataStart: number;
}

/** Longest header that the reference library reads and writes, bytes. */
export const MAX_HEADER_LENGTH = 100_000_000;

/** Half a surrogate pair, which is not Unicode text. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * A recursive-descent parser for exactly the JSON of a header. `JSON.parse` would let pass what the format forbids: it drops the
 * first of two equal keys, and reads `2.0`, `2e0` and `-0` as integers.
 */
class HeaderParser {
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): { tensors: Map<string, TensorInfo>; metadata: Map<string, string> } {
    const tensors = new Map<string, TensorInfo>();
    let metadata: Map<string, string> | undefined;
    if (this.text[0] !== "{") throw this.expected("{ as its first byte");
    this.object((key) => {
      if (key === "__metadata__") {
        if (metadata !== undefined)
          throw new CheckpointError(
            `header must name each key once, got "__metadata__" twice`,
          );
        metadata = this.metadata();
      } else {
        if (key === "" || key.includes("\0")) {
          throw new CheckpointError(
            `tensor names must be non-empty and without NUL, got ${JSON.stringify(key)}`,
          );
        }
        if (tensors.has(key))
          throw new CheckpointError(
            `header must name each tensor once, got "${key}" twice`,
          );
        tensors.set(key, this.tensor(key));
      }
    });
    this.space();
    if (this.at < this.text.length)
      throw this.expected("the end of the header");
    return { tensors, metadata: metadata ?? new Map() };
  }

  private metadata(): Map<string, string> {
    const out = new Map<string, string>();
    this.object((key) => {
      if (out.has(key))
        throw new CheckpointError(
          `__metadata__ must name each key once, got ${JSON.stringify(key)} twice`,
        );
      out.set(key, this.string());
    });
    return out;
  }

  private tensor(name: string): TensorInfo {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.object((key) => {
      if (key === "dtype" && dtype === undefined) dtype = this.string();
      else if (key === "shape" && shape === undefined) shape = this.integers();
      else if (key === "data_offsets" && offsets === undefined)
        offsets = this.integers();
      else
        throw new CheckpointError(
          `tensor "${name}" must have dtype, shape and data_offsets once each, got ${JSON.stringify(key)}`,
        );
    });
    if (dtype === undefined || shape === undefined || offsets === undefined) {
      const missing =
        dtype === undefined
          ? "dtype"
          : shape === undefined
            ? "shape"
            : "data_offsets";
      throw new CheckpointError(
        `tensor "${name}" must have dtype, shape and data_offsets, got no ${missing}`,
      );
    }
    if (offsets.length !== 2) {
      throw new CheckpointError(
        `tensor "${name}" must have two data_offsets, got ${offsets.length}`,
      );
    }
    return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
  }

  private object(field: (key: string) => void): void {
    this.list("{", "}", () => {
      const key = this.string();
      this.take(":");
      field(key);
    });
  }

  private integers(): number[] {
    const out: number[] = [];
    this.list("[", "]", () => out.push(this.integer()));
    return out;
  }

  private list(open: string, close: string, item: () => void): void {
    this.take(open);
    this.space();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      this.space();
      if (this.text[this.at] !== ",") break;
      this.at++;
    }
    this.take(close);
  }

  private string(): string {
    this.space();
    if (this.text[this.at] !== '"') throw this.expected("a string");
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"')
      end += this.text[end] === "\\" ? 2 : 1;
    let value: string;
    try {
      value = JSON.parse(this.text.slice(this.at, end + 1)) as string;
    } catch {
      throw this.expected("a string");
    }
    if (LONE_SURROGATE.test(value))
      throw this.expected("a string without lone surrogates");
    this.at = end + 1;
    return value;
  }

  private integer(): number {
    this.space();
    const digits = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    digits.lastIndex = this.at;
    const match = digits.exec(this.text);
    if (match === null) throw this.expected("an integer ≥ 0");
    const value = Number(match[0]);
    if (!Number.isSafeInteger(value))
      throw this.expected("an integer below 2^53");
    this.at = digits.lastIndex;
    return value;
  }

  private take(character: string): void {
    this.space();
    if (this.text[this.at] !== character) throw this.expected(character);
    this.at++;
  }

  private space(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private expected(what: string): CheckpointError {
    const rest = this.text.slice(this.at, this.at + 20);
    return new CheckpointError(
      `header must be JSON with ${what} at character ${this.at}, got ${rest === "" ? "its end" : JSON.stringify(rest)}`,
    );
  }
}

/**
 * Length of the header from the first 8 bytes of a file, checked against the file size.
 *
 * @throws CheckpointError the file is too short, or the length exceeds the file or the format's limit
 */
export function headerLength(first: Uint8Array, fileSize: number): number {
  if (first.length < 8)
    throw new CheckpointError(
      `file must have at least 8 bytes, got ${first.length}`,
    );
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(
    0,
    true,
  );
  if (length > MAX_HEADER_LENGTH) {
    throw new CheckpointError(
      `header length must be at most ${MAX_HEADER_LENGTH} bytes, got ${length}; is this a safetensors file?`,
    );
  }
  if (Number(length) > fileSize - 8) {
    throw new CheckpointError(
      `header length ${length} bytes exceeds file size ${fileSize} bytes; the file is probably truncated`,
    );
  }
  return Number(length);
}

/**
 * Parse and check a header, without reading any data.
 *
 * Strict: besides what the reference library rejects, also duplicate names, unknown fields, leading white space and empty names.
 * The data must be covered exactly: no holes, no overlaps, nothing behind the last tensor.
 *
 * @param bytes     the header, without its 8 length bytes
 * @param fileSize  size of the whole file, bytes
 * @throws CheckpointError the header breaks the format; the message names the tensor
 */
export function parseHeader(
  bytes: Uint8Array,
  fileSize: number,
): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch {
    throw new CheckpointError("header must be UTF-8, got invalid bytes");
  }
  const { tensors, metadata } = new HeaderParser(text).parse();
  const dataStart = 8 + bytes.length;
  const dataSize = fileSize - dataStart;

  for (const [name, info] of tensors) checkSize(name, info);
  const inOrder = [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  );
  let covered = 0;
  let previous = "";
  for (const [name, { begin, end }] of inOrder) {
    if (begin < covered) {
      throw new CheckpointError(
        `tensor "${name}" must not overlap "${previous}", got bytes ${begin} to ${end} after ${covered}`,
      );
    }
    if (begin > covered) {
      throw new CheckpointError(
        `tensor "${name}" must begin at byte ${covered} without a hole, got ${begin}`,
      );
    }
    covered = end;
    previous = name;
  }
  if (covered > dataSize) {
    throw new CheckpointError(
      `tensors need ${covered} bytes of data, got ${dataSize}; the file is probably truncated`,
    );
  }
  if (covered < dataSize) {
    throw new CheckpointError(
      `tensors must cover all ${dataSize} bytes of data, got ${covered}`,
    );
  }
  return { tensors: new Map(inOrder), metadata, dataStart };
}

function checkSize(
  name: string,
  { dtype, shape, begin, end }: TensorInfo,
): void {
  const bits = DTYPE_BITS.get(dtype);
  if (bits === undefined)
    throw new CheckpointError(
      `tensor "${name}" must have a known dtype, got ${JSON.stringify(dtype)}`,
    );
  if (end < begin)
    throw new CheckpointError(
      `tensor "${name}" must end behind its begin, got bytes ${begin} to ${end}`,
    );
  const total = sizeOf(shape) * bits;
  // A zero dimension hides an overflow in the product of the others.
  if (!Number.isSafeInteger(sizeOf(shape.filter((dim) => dim > 0)) * bits)) {
    throw new CheckpointError(
      `tensor "${name}" must have fewer than 2^53 bits, got shape [${shape.join(", ")}]`,
    );
  }
  if (total % 8 !== 0) {
    throw new CheckpointError(
      `tensor "${name}" must fill whole bytes, got ${total} bits of ${dtype}`,
    );
  }
  if (end - begin !== total / 8) {
    throw new CheckpointError(
      `tensor "${name}" of shape [${shape.join(", ")}] and dtype ${dtype} must have ${total / 8} bytes, got ${end - begin}`,
    );
  }
}

/**
 * Bytes of a header for tensors that are already in the order of the file, padded with spaces to a multiple of 8.
 *
 * @throws CheckpointError the header would exceed the format's limit
 */
export function formatHeader(
  tensors: ReadonlyMap<string, TensorInfo>,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const fields: string[] = [];
  if (metadata.size > 0) {
    const entries = [...metadata].map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    fields.push(`"__metadata__":{${entries.join(",")}}`);
  }
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
    );
  }
  const json = Buffer.from(`{${fields.join(",")}}`, "utf8");
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER_LENGTH) {
    throw new CheckpointError(
      `header length must be at most ${MAX_HEADER_LENGTH} bytes, got ${length}`,
    );
  }
  const out = Buffer.alloc(8 + length, " ");
  out.writeBigUInt64LE(BigInt(length));
  json.copy(out, 8);
  return out;
}
