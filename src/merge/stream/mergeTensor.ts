/** One tensor from its sources to its stored bytes: read, merge, round, measure what survives. */
import { DTYPE_BITS, decodeInto, encodeInto } from "../../checkpoint/index.js";
import type { Dtype } from "../../checkpoint/index.js";
import type {
  MergeContext,
  MergeMethod,
  Source,
  TensorInput,
} from "../tensor.js";
import type { Piece, MergedTensor } from "./planTensors.js";
import { holds } from "./precision.js";
import { type Survival, SurvivalMeter } from "./survival.js";

/** Entries that are rounded and written at a time: few enough to stay in the second-level cache. */
const PIECE = 65_536;

/** How values become stored bytes. */
export type Encode = (
  start: number,
  values: Float32Array,
  out: Uint8Array,
) => void;

/** What a method sees of a planned tensor. */
export function inputOf(
  { name, shape, elements, base, experts, ids }: MergedTensor,
  open: (piece: Piece) => Source,
): TensorInput {
  return {
    name,
    shape,
    length: elements,
    base: base === null ? null : open(base),
    experts: experts.map(open),
    ids,
  };
}

/**
 * Merge one tensor.
 *
 * @param tensor      what to merge
 * @param open        opens a tensor of a model
 * @param anchorDtype format of the anchor's values; null without an anchor
 * @param encode      rounds to the stored format
 * @param write       takes the stored bytes front to back
 * @returns what became of the change; null without a base to compare with
 */
export function mergeTensor(
  tensor: MergedTensor,
  open: (piece: Piece) => Source,
  anchorDtype: string | null,
  method: MergeMethod,
  context: MergeContext,
  encode: Encode,
  write: (startByte: number, bytes: Uint8Array) => void,
): Survival | null {
  const dtype = tensor.dtype as Dtype;
  const width = DTYPE_BITS.get(dtype)! / 8;
  const size = Math.min(PIECE, tensor.elements);
  const bytes = new Uint8Array(size * width);
  const anchor = tensor.anchor === null ? null : open(tensor.anchor);
  const meter = anchor === null ? null : new SurvivalMeter();
  const stored = new Float32Array(size);
  const base = new Float32Array(size);
  const exact = anchorDtype !== null && holds(dtype, anchorDtype);
  const scratch = exact ? bytes : new Uint8Array(bytes.length);
  const storedBase = exact ? base : new Float32Array(size);

  method.tensor(
    inputOf(tensor, open),
    tensor.options,
    context,
    (first, values) => {
      for (let done = 0; done < values.length; done += size) {
        const merged = values.subarray(done, done + size);
        const start = first + done;
        const count = merged.length;
        const out = bytes.subarray(0, count * width);
        const kept = stored.subarray(0, count);
        encode(start, merged, out);
        decodeInto(dtype, out, kept);
        checkFits(tensor, start, merged, kept);
        if (anchor !== null) {
          const own = base.subarray(0, count);
          const ownStored = storedBase.subarray(0, count);
          anchor.read(start, own);
          if (!exact) {
            const rounded = scratch.subarray(0, out.length);
            encodeInto(dtype, own, rounded);
            decodeInto(dtype, rounded, ownStored);
          }
          meter!.add(merged, own, kept, ownStored);
        }
        write(start * width, out);
      }
    },
  );
  return meter?.finish() ?? null;
}

/** Refuse values beyond the largest of the stored format. */
function checkFits(
  { name, dtype }: MergedTensor,
  start: number,
  merged: Float32Array,
  stored: Float32Array,
): void {
  for (let i = 0; i < stored.length; i++) {
    if (stored[i]! - stored[i]! === 0) continue;
    throw new RangeError(
      `merge: tensor "${name}" must fit ${dtype}, got ${merged[i]!} at entry ${start + i}; give a wider out_dtype`,
    );
  }
}
