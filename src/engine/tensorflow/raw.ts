/** Native operations that TensorFlow.js has no function for. */
import { EngineError } from "../../error.js";
import { attributeList, nativeBackend, type RawAttribute } from "./backend.js";
import type { Tensor } from "../tf.js";

/**
 * Run one native TensorFlow operation outside the gradient tape.
 *
 * @param name        operation name as TensorFlow registers it
 * @param inputs      input tensors in order
 * @param attributes  attributes by name
 * @param outputs     number of output tensors
 * @throws EngineError the native engine refuses the operation
 */
export function rawOp(
  name: string,
  inputs: Tensor[],
  attributes: Record<string, RawAttribute>,
  outputs = 1,
): Tensor[] {
  const backend = nativeBackend();
  try {
    return backend.executeMultipleOutputs(
      name,
      attributeList(attributes),
      inputs,
      outputs,
    );
  } catch (cause) {
    throw new EngineError(`rawOp: ${name} must run, got "${String(cause)}"`, {
      cause,
    });
  }
}
