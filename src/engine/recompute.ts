/** Gradient checkpointing: a part of the model is computed again in the backward pass, instead of being kept for it. */
import { tf, type Tensor } from "./tf.js";

/**
 * The result of `f`, of which nothing but the inputs is kept for the backward pass.
 *
 * There `f` is run once more, and differentiated alone: memory is that of one such part instead of all, for one more forward pass in
 * time. Values and gradients are those of `f` itself, bit for bit. Parts may contain parts.
 *
 * Source: Chen et al. 2016 (arXiv 1604.06174).
 *
 * @param f          of the inputs and constants alone: a tensor that it takes from outside may be freed before the backward pass
 * @param inputs     what is differentiated
 * @param constants  tensors without a gradient: masks, tables, ids
 * @example
 * recompute(([x, w]) => tf.relu(tf.matMul(x, w)), [tf.ones([2, 3]), tf.ones([3, 4])]).shape // [2, 4]
 */
export function recompute(
  f: (inputs: Tensor[], constants: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  constants: readonly Tensor[] = [],
): Tensor {
  const n = inputs.length;
  const apply = tf.customGrad((...args) => {
    const own = args.slice(0, n) as Tensor[];
    const save = args[n] as unknown as (tensors: Tensor[]) => void;
    save([...own, ...constants]);
    return {
      value: f(own, [...constants]),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const fixed = saved.slice(n);
        const again = (...values: Tensor[]): Tensor => f(values, fixed);
        return withOwnTape(() => tf.grads(again)(saved.slice(0, n), dy));
      },
    };
  });
  return apply(...inputs);
}

/** A gradient inside the backward pass of another one would take the place of its tape and free it. */
function withOwnTape<T>(compute: () => T): T {
  const { state } = tf.engine() as unknown as {
    state: { activeTape: unknown };
  };
  const outer = state.activeTape;
  try {
    return compute();
  } finally {
    state.activeTape = outer;
  }
}
