/** Finds where a number stopped being finite. */
import { tf, type Tensor, type Tensor1D } from "../engine/index.js";
import type { Weights } from "../model/index.js";
import { unflatten, type Layout } from "./layout.js";

/**
 * Name the first tensor, weights before gradients, in the model's order, that holds NaN or an infinity.
 *
 * @param gradient flat gradient
 * @returns for example `weight "model.norm.weight"`; "the loss alone" when all are finite
 */
export function firstNotFinite(
  layout: Layout,
  weights: Weights,
  gradient: Tensor1D,
): string {
  const gradients = unflatten(layout, gradient);
  try {
    for (const name of weights.keys())
      if (!allFinite(weights.get(name)!)) return `weight "${name}"`;
    for (const name of weights.keys())
      if (!allFinite(gradients.get(name)!)) return `gradient of "${name}"`;
    return "the loss alone";
  } finally {
    tf.dispose([...gradients.values()]);
  }
}

function allFinite(tensor: Tensor): boolean {
  return tf.tidy(() => Boolean(tf.all(tf.isFinite(tensor)).dataSync()[0]));
}
