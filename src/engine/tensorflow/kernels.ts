/** The kernels that the library needs beside `tf`, by operations of TensorFlow. */
import type { EngineKernels } from "../kernels.js";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tf.js";
import { rawOp } from "./raw.js";

/** Kernels of the TensorFlow engine: what every engine must have and nothing more. */
export const TENSORFLOW_KERNELS: EngineKernels = {
  crossEntropy(logits, labels) {
    const [loss, slope] = rawOp(
      "SparseSoftmaxCrossEntropyWithLogits",
      [logits, labels],
      { T: { type: "float32" }, Tlabels: { type: "int32" } },
      2,
    ) as [Tensor1D, Tensor2D];
    return { loss, slope };
  },
  // bits ← (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000
  roundBf16: <T extends Tensor>(values: T): T =>
    tf.tidy(() => {
      const bits = cast(values, "float32", "int32");
      const odd = integer("BitwiseAnd", integer("RightShift", bits, 16), 1);
      const rounded = tf.add(tf.add(bits, tf.scalar(0x7fff, "int32")), odd);
      return cast(
        integer("BitwiseAnd", rounded, -0x10000),
        "int32",
        "float32",
      ) as T;
    }),
};

type Word = "float32" | "int32";

function cast(values: Tensor, from: Word, to: Word): Tensor {
  return rawOp("Bitcast", [values], {
    T: { type: from },
    type: { type: to },
  })[0]!;
}

function integer(operation: string, values: Tensor, operand: number): Tensor {
  return rawOp(operation, [values, tf.scalar(operand, "int32")], {
    T: { type: "int32" },
  })[0]!;
}
