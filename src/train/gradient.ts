/** Loss and gradient of a step, summed over its micro-batches. */
import { tf, type Tensor, type Tensor1D } from "../engine/index.js";
import type { Weights } from "../model/index.js";
import { flatten, inOrder, type Layout } from "./layout.js";

/** A scalar loss as a function of the weights. */
export type Loss = (weights: Weights) => Tensor;

/**
 * Sum of losses and the gradient of that sum.
 *
 * Each loss is one forward and backward pass of its own, so memory is that of the largest micro-batch. With no loss the
 * gradient is zero.
 *
 * @returns `loss`: nats, in the units of the losses · `gradient`: flat, in the order of the layout; the caller disposes it
 */
export function lossAndGradient(
  layout: Layout,
  weights: Weights,
  losses: Iterable<Loss>,
): { loss: number; gradient: Tensor1D } {
  const tensors = inOrder(layout, weights);
  let loss = 0;
  let gradient: Tensor1D | undefined;
  for (const f of losses) {
    const [value, sum] = tf.tidy((): [number, Tensor1D] => {
      const named = (values: Tensor[]): Weights =>
        new Map(layout.entries.map(({ name }, i) => [name, values[i]!]));
      const { value, grads } = tf.valueAndGrads((...values: Tensor[]) =>
        f(named(values)),
      )(tensors);
      const flat = flatten(layout, grads);
      return [value.dataSync()[0]!, gradient ? tf.add(gradient, flat) : flat];
    });
    gradient?.dispose();
    gradient = sum;
    loss += value;
  }
  return { loss, gradient: gradient ?? tf.zeros([layout.size]) };
}
