/** Finds where a number stopped being finite. */
import { tf, type Tensor } from "../../engine/index.js";
import type { Weights } from "../../model/index.js";

/**
 * Name the first tensor, weights before gradients, in the model's order, that holds NaN or an infinity.
 *
 * @returns for example `weight "model.norm.weight"`; "the loss alone" when all are finite
 */
export function firstNotFinite(weights: Weights, gradients: Weights): string {
  for (const [name, weight] of weights)
    if (!allFinite(weight)) return `weight "${name}"`;
  for (const name of weights.keys())
    if (!allFinite(gradients.get(name)!)) return `gradient of "${name}"`;
  return "the loss alone";
}

function allFinite(tensor: Tensor): boolean {
  return tf.tidy(() => Boolean(tf.all(tf.isFinite(tensor)).dataSync()[0]));
}
