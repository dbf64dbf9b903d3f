/** Native operations that TensorFlow.js has no function for. */
import { EngineError } from "../error.js";
import { startEngine } from "./start.js";
import { tf, type Tensor } from "./tf.js";

/** An attribute of a native operation: a type name, or an integer. */
export type RawAttribute =
  | { type: "float32" | "int32" | "bool" | "bfloat16" }
  | { int: number }
  | { bool: boolean };

interface OpAttribute {
  name: string;
  type: number;
  value: number | boolean;
}
interface RawBackend {
  binding: Record<string, number>;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

// TensorFlow's public DataType numbers (tensorflow/core/framework/types.proto).
const TYPE_NUMBERS = { float32: 1, int32: 3, bool: 10, bfloat16: 14 };

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
  startEngine();
  const backend = tf.backend() as unknown as RawBackend;
  const list = Object.entries(attributes).map(([key, value]): OpAttribute => {
    if ("type" in value)
      return {
        name: key,
        type: backend.binding["TF_ATTR_TYPE"]!,
        value: TYPE_NUMBERS[value.type],
      };
    if ("int" in value)
      return {
        name: key,
        type: backend.binding["TF_ATTR_INT"]!,
        value: value.int,
      };
    return {
      name: key,
      type: backend.binding["TF_ATTR_BOOL"]!,
      value: value.bool,
    };
  });
  try {
    return backend.executeMultipleOutputs(name, list, inputs, outputs);
  } catch (cause) {
    throw new EngineError(`rawOp: ${name} must run, got "${String(cause)}"`, {
      cause,
    });
  }
}
