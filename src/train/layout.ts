/** The order in which named weights lie in one flat vector, so that an optimizer step is a few operations and not a few per tensor. */
import { tf, type Tensor, type Tensor1D } from "../engine/index.js";

/** Where each weight lies in the flat vector. Tensors of rank > 1 come first: they are the ones that decay. */
export interface Layout {
  readonly entries: readonly {
    name: string;
    shape: number[];
    offset: number;
    size: number;
  }[];
  /** Length of the flat vector. */
  readonly size: number;
  /** Length of its leading part that holds all tensors of rank > 1. */
  readonly decaySize: number;
}

/** The layout of a set of weights; it depends on names and shapes alone. */
export function layoutOf(
  weights: ReadonlyMap<string, { shape: number[] }>,
): Layout {
  const matrices = [...weights].filter(([, { shape }]) => shape.length > 1);
  const vectors = [...weights].filter(([, { shape }]) => shape.length <= 1);
  let offset = 0;
  const place = ([name, { shape }]: [
    string,
    { shape: number[] },
  ]): Layout["entries"][number] => {
    const size = shape.reduce((a, b) => a * b, 1);
    const entry = { name, shape: [...shape], offset, size };
    offset += size;
    return entry;
  };
  const first = matrices.map(place);
  const decaySize = offset;
  return {
    entries: [...first, ...vectors.map(place)],
    size: offset,
    decaySize,
  };
}

/** Concatenate tensors, given in the order of the layout. */
export function flatten(layout: Layout, tensors: readonly Tensor[]): Tensor1D {
  return tf.tidy(() =>
    tf.concat1d(
      layout.entries.map(
        ({ size }, i) => tf.reshape(tensors[i]!, [size]) as Tensor1D,
      ),
    ),
  );
}

/** Tensors of a map in the order of the layout. */
export function inOrder(
  layout: Layout,
  weights: ReadonlyMap<string, Tensor>,
): Tensor[] {
  return layout.entries.map(({ name }) => weights.get(name)!);
}

/** Split a flat vector into named tensors; the inverse of `flatten`. */
export function unflatten(layout: Layout, flat: Tensor1D): Map<string, Tensor> {
  const parts = tf.tidy(() =>
    tf
      .split(
        flat,
        layout.entries.map(({ size }) => size),
      )
      .map((part, i) => tf.reshape(part, layout.entries[i]!.shape)),
  );
  return new Map(layout.entries.map(({ name }, i) => [name, parts[i]!]));
}
