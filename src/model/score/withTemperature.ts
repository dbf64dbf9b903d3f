/** A model at another temperature. */
import { tf, type Tensor } from "../../engine/index.js";
import type { Weights } from "../forward/forward.js";

/**
 * Weights of the model whose logits are divided by a temperature: the final norm is divided by it, since the head is linear.
 */
export function withTemperature(
  weights: Weights,
  temperature: number,
): Map<string, Tensor> {
  const scaled = new Map(weights);
  if (temperature === 1) return scaled;
  return scaled.set(
    "model.norm.weight",
    tf.div(weights.get("model.norm.weight")!, temperature),
  );
}
