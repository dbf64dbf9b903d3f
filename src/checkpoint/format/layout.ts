/** Where each tensor lies in a file, as the reference library's writer decides it. */
import { CheckpointError } from "../../error.js";
import { DTYPE_BITS, DTYPE_RANK } from "./dtype.js";
import { formatHeader, type TensorInfo } from "./header.js";
import { sizeOf } from "../params.js";

/** A tensor to be written. */
export interface TensorSpec {
  name: string;
  /** Name of a safetensors format. */
  dtype: string;
  shape: readonly number[];
}

/** A file to be written. */
export interface FileLayout {
  /** The first bytes of the file, up to its data. */
  header: Uint8Array;
  /** By name, in the order of their bytes; `begin` and `end` count from the end of the header. */
  tensors: Map<string, TensorInfo>;
  /** Size of the file. */
  bytes: number;
}

function checkSpec({ name, dtype, shape }: TensorSpec): void {
  if (
    name === "" ||
    name === "__metadata__" ||
    name.includes("\0") ||
    /\p{Surrogate}/u.test(name)
  ) {
    throw new CheckpointError(
      `tensor names must be non-empty text, not __metadata__, without NUL, got ${JSON.stringify(name)}`,
    );
  }
  if (!DTYPE_BITS.has(dtype))
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must have a known dtype, got ${JSON.stringify(dtype)}`,
    );
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must have dimensions that are integers ≥ 0, got [${shape.join(", ")}]`,
    );
  }
  const bits = sizeOf(shape) * DTYPE_BITS.get(dtype)!;
  if (!Number.isSafeInteger(bits) || bits % 8 !== 0)
    throw new CheckpointError(
      `tensor ${JSON.stringify(name)} must have whole bytes below 2^50, got shape [${shape.join(", ")}] of ${dtype}`,
    );
}

/**
 * Lay out a file: tensors by descending dtype alignment, then by the UTF-8 bytes of their names, without gaps.
 *
 * @throws CheckpointError a name, dtype or shape is not valid, or a name is there twice
 */
export function layOut(
  specs: readonly TensorSpec[],
  metadata: Readonly<Record<string, string>>,
): FileLayout {
  specs.forEach(checkSpec);
  const inOrder = specs
    .map((spec) => ({ ...spec, key: Buffer.from(spec.name, "utf8") }))
    .sort(
      (a, b) =>
        DTYPE_RANK.get(b.dtype)! - DTYPE_RANK.get(a.dtype)! ||
        Buffer.compare(a.key, b.key),
    );
  const tensors = new Map<string, TensorInfo>();
  let begin = 0;
  for (const spec of inOrder) {
    const { name, dtype, shape } = spec;
    if (tensors.has(name))
      throw new CheckpointError(
        `tensor names must be unique, got ${JSON.stringify(name)} twice`,
      );
    const end = begin + (sizeOf(shape) * DTYPE_BITS.get(dtype)!) / 8;
    tensors.set(name, { dtype, shape: [...shape], begin, end });
    begin = end;
  }
  const header = formatHeader(tensors, new Map(Object.entries(metadata)));
  return { header, tensors, bytes: header.length + begin };
}
