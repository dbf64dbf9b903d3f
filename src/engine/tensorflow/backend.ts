/** The parts of the native backend that TensorFlow.js does not show. */
import { EngineError } from "../../error.js";
import { chosenEngine } from "../choice.js";
import { tf, type Tensor } from "../tf.js";
import { loadTensorflow } from "./load.js";

/** An attribute of a native operation: a type name, an integer or a flag. */
export type RawAttribute =
  | { type: "float32" | "int32" | "bool" | "bfloat16" }
  | { int: number }
  | { bool: boolean };

/** An attribute in the form that the binding reads. */
export interface OpAttribute {
  name: string;
  type: number;
  value: number | boolean;
}

/** The native backend; tensors are numbers to its binding. */
export interface NativeBackend {
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_INT: number;
    TF_ATTR_BOOL: number;
    TF_FLOAT: number;
    TF_INT32: number;
    executeOp(
      name: string,
      attributes: readonly OpAttribute[],
      inputs: readonly number[],
      outputs: number,
    ): { id: number }[];
    createTensor(
      shape: readonly number[],
      type: number,
      values: Float32Array | Int32Array,
    ): number;
    tensorDataSync(id: number): Float32Array;
    deleteTensor(id: number): void;
  };
  getInputTensorIds(tensors: Tensor[]): number[];
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

// TensorFlow's public DataType numbers (tensorflow/core/framework/types.proto).
const TYPE_NUMBERS = { float32: 1, int32: 3, bool: 10, bfloat16: 14 };

/**
 * The native backend; loads it when it is not there yet.
 *
 * @throws EngineError another engine is chosen, or none can be loaded
 */
export function nativeBackend(): NativeBackend {
  const chosen = chosenEngine();
  if (chosen !== "tensorflow")
    throw new EngineError(
      `nativeBackend: operations by TensorFlow's names need M2RL_ENGINE=tensorflow, got ${chosen}`,
    );
  loadTensorflow();
  return tf.backend() as unknown as NativeBackend;
}

/** Attributes by name as the list that the binding reads. */
export function attributeList(
  attributes: Record<string, RawAttribute>,
): OpAttribute[] {
  const { binding } = nativeBackend();
  return Object.entries(attributes).map(([name, value]): OpAttribute => {
    if ("type" in value)
      return {
        name,
        type: binding.TF_ATTR_TYPE,
        value: TYPE_NUMBERS[value.type],
      };
    if ("int" in value)
      return { name, type: binding.TF_ATTR_INT, value: value.int };
    return { name, type: binding.TF_ATTR_BOOL, value: value.bool };
  });
}
