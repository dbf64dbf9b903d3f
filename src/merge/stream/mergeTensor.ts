/** One tensor from its sources to its stored bytes. */
import { scoped } from "../kernels/arena.js";
import type {
  MergeContext,
  MergeMethod,
  Source,
  TensorInput,
} from "../tensor.js";
import type { MergedTensor, Piece } from "./plan/planTensors.js";
import type { Survival } from "./survival.js";
import { type Encode, TensorStore } from "./tensorStore.js";

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
 * @param tensor       what to merge
 * @param open         opens a tensor of a model
 * @param anchorDtype  format of the anchor's values; null without an anchor
 * @param encode       rounds to the stored format; null: to the nearest
 * @param write        takes the stored bytes front to back
 * @returns what became of the change; null without a base to compare with
 * @throws RangeError a merged value is beyond the stored format
 */
export function mergeTensor(
  tensor: MergedTensor,
  open: (piece: Piece) => Source,
  anchorDtype: string | null,
  method: MergeMethod,
  context: MergeContext,
  encode: Encode | null,
  write: (startByte: number, bytes: Uint8Array) => void,
): Survival | null {
  return scoped(() => {
    const store = new TensorStore(tensor, open, anchorDtype, encode, write);
    method.tensor(inputOf(tensor, open), tensor.options, context, (_, values) =>
      store.take(values),
    );
    return store.finish();
  });
}
