/** Weights of the models as factors of a mean. */
import { total } from "../../stats/index.js";
import type { TensorOptions } from "../tensor.js";

/**
 * The weights as given, or divided by their sum where `normalize` asks for it.
 *
 * @param who  the method, for the message
 * @throws RangeError they add up to 0 and are to be normalised
 */
export function normalizedWeights(
  who: string,
  { weights, normalize }: TensorOptions,
): number[] {
  const given = weights as readonly number[];
  if (normalize !== true) return [...given];
  const sum = total(given);
  if (sum === 0)
    throw new RangeError(
      `${who}: weights must not add up to 0 when normalised, got ${given.join(", ")}`,
    );
  return given.map((weight) => weight / sum);
}
