/** The header of a safetensors file: its JSON, and the rules that tie it to the file's bytes. */
import { CheckpointError } from "../../error.js";
import { DTYPE_BITS } from "./dtype.js";
import { FormatError } from "./formatError.js";
import { JsonCursor } from "./jsonCursor.js";

/** How a file is judged: by our rules, or exactly as the reference library does; see `parseHeader` for what differs. */
export type ReadMode = "strict" | "reference";

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

// Bounds of strict mode, far above any model: a legal header may else hold a million tensors or a name of a hundred megabytes.
const MAX_TENSORS = 500_000;
const MAX_NAME_LENGTH = 4096;
const MAX_DIMENSIONS = 64;

const MAX_U64 = 2n ** 64n - 1n;

/** A tensor as its JSON says it; integers above 2⁵³ are bigints. */
interface Entry {
  dtype: string;
  shape: (number | bigint)[];
  begin: number | bigint;
  end: number | bigint;
}

/** The fields of a tensor in JSON. */
interface Fields {
  dtype: string;
  shape: (number | bigint)[];
  data_offsets: (number | bigint)[];
}

const FIELDS = ["dtype", "shape", "data_offsets"] as const;

function isField(key: string): key is keyof Fields {
  return (FIELDS as readonly string[]).includes(key);
}

/** Reads the JSON of one header. */
class HeaderReader {
  private readonly json: JsonCursor;
  private readonly strict: boolean;

  constructor(
    private readonly text: string,
    mode: ReadMode,
  ) {
    this.strict = mode === "strict";
    this.json = new JsonCursor(
      text,
      (message) => new FormatError("json", `header must be ${message}`),
    );
  }

  read(): { entries: Map<string, Entry>; metadata: Map<string, string> } {
    const entries = new Map<string, Entry>();
    let metadata: Map<string, string> | undefined;
    if (/^[ \t\n\r]/.test(this.text))
      this.forbid("header must begin with {, got white space");
    this.json.object((key) => {
      if (key === "__metadata__") {
        if (metadata !== undefined)
          throw new FormatError(
            "json",
            `header must name each key once, got "__metadata__" twice`,
          );
        metadata = this.metadata();
        return;
      }
      if (key === "" || key.includes("\0"))
        this.forbid(
          `tensor names must be non-empty and without NUL, got ${JSON.stringify(key)}`,
        );
      if (key.length > MAX_NAME_LENGTH)
        this.forbid(
          `tensor names must have at most ${MAX_NAME_LENGTH} characters, got ${key.length}`,
        );
      if (entries.has(key))
        this.forbid(
          `header must name each tensor once, got ${JSON.stringify(key)} twice`,
        );
      entries.set(key, this.tensor(key));
      if (entries.size > MAX_TENSORS)
        this.forbid(
          `header must name at most ${MAX_TENSORS} tensors, got more`,
        );
    });
    this.json.end();
    return { entries, metadata: metadata ?? new Map() };
  }

  /** Refuse what the reference library accepts. */
  private forbid(message: string): void {
    if (this.strict) throw new FormatError("strict", message);
  }

  private metadata(): Map<string, string> {
    const out = new Map<string, string>();
    if (this.json.peek() === "n") {
      this.json.null();
      this.forbid("__metadata__ must be an object, got null");
      return out;
    }
    this.json.object((key) => {
      if (out.has(key))
        this.forbid(
          `__metadata__ must name each key once, got ${JSON.stringify(key)} twice`,
        );
      out.set(key, this.json.string());
    });
    return out;
  }

  private tensor(name: string): Entry {
    const title = `tensor ${JSON.stringify(name)}`;
    const found: Partial<Fields> = {};
    if (this.json.peek() === "[") {
      this.forbid(`${title} must be an object, got an array`);
      let count = 0;
      this.json.array(() => {
        const key = FIELDS[count++];
        if (key === undefined) throw this.json.expected("three fields");
        this.field(title, key, found);
      });
    } else {
      this.json.object((key) => {
        const again = Object.hasOwn(found, key);
        if (!again && isField(key)) {
          this.field(title, key, found);
          return;
        }
        const message = `${title} must have dtype, shape and data_offsets once each, got ${JSON.stringify(key)}`;
        if (again) throw new FormatError("json", message);
        this.forbid(message);
        this.json.skip();
      });
    }
    const { dtype, shape, data_offsets: offsets } = found;
    if (dtype === undefined || shape === undefined || offsets === undefined) {
      throw new FormatError(
        "json",
        `${title} must have dtype, shape and data_offsets, got no ${FIELDS.find((key) => found[key] === undefined)}`,
      );
    }
    if (offsets.length !== 2) {
      throw new FormatError(
        "json",
        `${title} must have two data_offsets, got ${offsets.length}`,
      );
    }
    if (shape.length > MAX_DIMENSIONS)
      this.forbid(
        `${title} must have at most ${MAX_DIMENSIONS} dimensions, got ${shape.length}`,
      );
    return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
  }

  private field(title: string, key: keyof Fields, into: Partial<Fields>): void {
    if (key === "dtype") into.dtype = this.dtype(title);
    else into[key] = this.integers(title);
  }

  private dtype(title: string): string {
    let dtype: string | undefined;
    if (this.json.peek() === "{") {
      this.forbid(`${title} must have text as dtype, got an object`);
      // The reference library's derived parser takes {"F32": null} for "F32".
      this.json.object((key) => {
        if (dtype !== undefined) throw this.json.expected("one dtype");
        dtype = key;
        this.json.null();
      });
    } else dtype = this.json.string();
    if (dtype === undefined || !DTYPE_BITS.has(dtype)) {
      throw new FormatError(
        "json",
        `${title} must have a known dtype, got ${JSON.stringify(dtype ?? "")}`,
      );
    }
    return dtype;
  }

  private integers(title: string): (number | bigint)[] {
    const out: (number | bigint)[] = [];
    this.json.array(() => {
      const value = this.json.integer();
      if (typeof value === "bigint")
        this.forbid(`${title} must have integers below 2^53, got ${value}`);
      out.push(value);
    });
    return out;
  }
}

/**
 * Length of the header from the first 8 bytes of a file, checked against the file size.
 *
 * @throws FormatError the file is too short, or the length exceeds the file or the format's limit
 */
export function headerLength(first: Uint8Array, fileSize: number): number {
  if (first.length < 8)
    throw new FormatError(
      "header-too-small",
      `file must have at least 8 bytes, got ${first.length}`,
    );
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(
    0,
    true,
  );
  if (length > MAX_HEADER_LENGTH) {
    throw new FormatError(
      "header-too-large",
      `header length must be at most ${MAX_HEADER_LENGTH} bytes, got ${length}; is this a safetensors file?`,
    );
  }
  if (Number(length) > fileSize - 8) {
    throw new FormatError(
      "header-length",
      `header length must fit the file of ${fileSize} bytes, got ${length}; the file is probably truncated`,
    );
  }
  return Number(length);
}

/**
 * Parse and check a header, without reading any data. The data must be covered exactly: no holes, no overlaps, nothing behind the
 * last tensor.
 *
 * What the reference library accepts (`"reference"`) and we do not (`"strict"`), since two readers may understand it differently or
 * since no honest writer makes it:
 *
 * | in the header                                              | reference               | strict  |
 * |------------------------------------------------------------|-------------------------|---------|
 * | a tensor twice, or a key of `__metadata__` twice           | the last one counts     | refused |
 * | a field of a tensor that the format does not know          | ignored                 | refused |
 * | a tensor as array, `["F32",[2],[0,8]]`                     | read                    | refused |
 * | a dtype as object, `{"F32":null}`                          | read                    | refused |
 * | white space before the first `{`                           | skipped                 | refused |
 * | `"__metadata__": null`                                     | no metadata             | refused |
 * | a tensor name that is empty or holds NUL                   | a name                  | refused |
 * | an integer from 2⁵³ on, as in shape `[0, 2⁶⁴−1]`           | read; rounded in `shape`| refused |
 * | 2⁵³ bits or more, zero dimensions left out                 | below 2⁶⁴, in order     | refused |
 * | > 500,000 tensors, > 64 dimensions, names > 4,096 characters | read                  | refused |
 *
 * Both accept tensors that begin at odd bytes, as other writers make them; bytes of a BOOL other than 0 and 1 are found by
 * `scanTensor` only, as they are data. A number in an unknown field that is within 10⁻¹⁵ of the largest float64 may be judged
 * otherwise by the reference library, whose parser rounds it twice.
 *
 * Source: verdicts of safetensors 0.8.0 (`test/golden/checkpoint/verdicts.json`, `mutations.json`).
 *
 * @param bytes     the header, without its 8 length bytes
 * @param fileSize  size of the whole file, bytes
 * @param mode      default "strict"
 * @throws FormatError the header breaks the format; the message names the tensor
 */
export function parseHeader(
  bytes: Uint8Array,
  fileSize: number,
  mode: ReadMode = "strict",
): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch {
    throw new FormatError("utf8", "header must be UTF-8, got invalid bytes");
  }
  const { entries, metadata } = new HeaderReader(text, mode).read();
  const dataStart = 8 + bytes.length;
  const dataSize = fileSize - dataStart;
  const inOrder = [...entries].sort(
    ([, a], [, b]) => compare(a.begin, b.begin) || compare(a.end, b.end),
  );
  const tensors = new Map<string, TensorInfo>();
  let covered = 0;
  let previous = "";
  for (const [name, entry] of inOrder) {
    const info = checkPlace(name, entry, covered, previous, mode);
    tensors.set(name, info);
    covered = info.end;
    previous = name;
  }
  if (covered > dataSize) {
    throw new FormatError(
      "coverage",
      `data must have the ${covered} bytes of the tensors, got ${dataSize}; the file is probably truncated`,
    );
  }
  if (covered < dataSize) {
    throw new FormatError(
      "coverage",
      `tensors must cover all ${dataSize} bytes of data, got ${covered}`,
    );
  }
  return { tensors, metadata, dataStart };
}

function compare(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The rules of one tensor behind `covered` bytes, in the order in which the reference library asks for them. */
function checkPlace(
  name: string,
  { dtype, shape, begin, end }: Entry,
  covered: number,
  previous: string,
  mode: ReadMode,
): TensorInfo {
  const title = `tensor ${JSON.stringify(name)}`;
  if (end < begin)
    throw new FormatError(
      "offset",
      `${title} must end behind its begin, got bytes ${begin} to ${end}`,
    );
  if (begin < covered)
    throw new FormatError(
      "offset",
      `${title} must not overlap ${JSON.stringify(previous)}, got bytes ${begin} to ${end} after ${covered}`,
    );
  if (begin > covered)
    throw new FormatError(
      "offset",
      `${title} must begin at byte ${covered} without a hole, got ${begin}`,
    );
  const bits = bitsOf(title, dtype, shape, mode);
  if (bits % 8n !== 0n)
    throw new FormatError(
      "misaligned",
      `${title} must fill whole bytes, got ${bits} bits of ${dtype}`,
    );
  const size = BigInt(end) - BigInt(begin);
  if (size !== bits / 8n)
    throw new FormatError(
      "info",
      `${title} of shape [${shape.join(", ")}] and dtype ${dtype} must have ${bits / 8n} bytes, got ${size}`,
    );
  const last = Number(end);
  // No file reaches 2⁵³ bytes, and the sums here are exact below.
  if (!Number.isSafeInteger(last))
    throw new FormatError(
      "coverage",
      `${title} must end within the file, got byte ${end}`,
    );
  return { dtype, shape: shape.map(Number), begin: Number(begin), end: last };
}

/** Bits of a tensor; the product must fit 64 bits at every step, as the reference library multiplies it. */
function bitsOf(
  title: string,
  dtype: string,
  shape: readonly (number | bigint)[],
  mode: ReadMode,
): bigint {
  let bits = 1n;
  for (const factor of [...shape, DTYPE_BITS.get(dtype)!]) {
    bits *= BigInt(factor);
    if (bits > MAX_U64)
      throw new FormatError(
        "overflow",
        `${title} must have fewer than 2^64 bits at each step of its product, got shape [${shape.join(", ")}]`,
      );
  }
  // A zero dimension hides how large the product of the others is.
  const apparent = shape.reduce<number>(
    (size, dim) => size * (Number(dim) || 1),
    DTYPE_BITS.get(dtype)!,
  );
  if (mode === "strict" && !Number.isSafeInteger(apparent))
    throw new FormatError(
      "strict",
      `${title} must have fewer than 2^53 bits, got shape [${shape.join(", ")}]`,
    );
  return bits;
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
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}
