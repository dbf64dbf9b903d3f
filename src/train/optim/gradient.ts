/** Loss and gradient of a step, summed over its micro-batches. */
import { tf, type Tensor } from "../../engine/index.js";
import type { Lora, Weights } from "../../model/index.js";

/** Numbers about a loss for the log, by name; those of the micro-batches of a step are added. */
export type LossStats = Record<string, number>;

/**
 * A scalar loss as a function of the weights.
 *
 * @param stats receives scalars for the log; they have no part in the gradient
 */
export type Loss = (
  weights: Weights,
  stats?: (name: string, value: Tensor) => void,
) => Tensor;

/** Sum of some losses, and its gradient. */
export interface LossAndGradient {
  /** In the units of the losses. */
  loss: number;
  /** By the names of the weights, or of an adapter's factors; the caller disposes the tensors. */
  gradient: Map<string, Tensor>;
  stats: LossStats;
}

/**
 * Sum of losses and the gradient of that sum.
 *
 * Each loss is one forward and backward pass of its own, so memory is that of the largest micro-batch. With no loss the
 * gradient is zero.
 *
 * @param lora  adapter of the weights: the gradient is that of its factors
 */
export function lossAndGradient(
  weights: Weights,
  losses: Iterable<Loss>,
  lora?: Lora,
): LossAndGradient {
  const names = lora?.names ?? [...weights.keys()];
  const start = names.map((name) => weights.get(name)!);
  const gradient = new Map<string, Tensor>();
  const stats: LossStats = {};
  const note = (name: string, value: Tensor): void => {
    stats[name] = (stats[name] ?? 0) + value.dataSync()[0]!;
  };
  let loss = 0;
  for (const f of losses) {
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => {
        const changed = names.map((name, i) => [name, values[i]!] as const);
        return f(new Map([...weights, ...changed]), note);
      })(start);
      loss += value.dataSync()[0]!;
      value.dispose();
      const own = new Map(names.map((name, i) => [name, grads[i]!]));
      for (const [name, part] of lora?.gradient(own) ?? own) {
        const before = gradient.get(name);
        const sum = before ? tf.add(before, part) : part;
        if (before) tf.dispose([before, part]);
        gradient.set(name, tf.keep(sum));
      }
    });
  }
  if (gradient.size === 0)
    for (const [name, { shape }] of lora?.factors ?? weights)
      gradient.set(name, tf.fill(shape, 0));
  return { loss, gradient, stats };
}
