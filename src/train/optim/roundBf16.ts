/** Rounds a tensor to bfloat16 values on the device, keeping it a float32 tensor. */
import { rawOp, tf, type Tensor } from "../../engine/index.js";

/**
 * Round every value to the nearest bfloat16, ties to even, as a checkpoint stored in bfloat16 would.
 *
 *   bits ← (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000
 *
 * NaN is not kept; training stops before one arrives here.
 */
export function roundBf16<T extends Tensor>(values: T): T {
  return tf.tidy(() => {
    const bits = cast(values, "float32", "int32");
    const odd = integer("BitwiseAnd", integer("RightShift", bits, 16), 1);
    const rounded = tf.add(tf.add(bits, tf.scalar(0x7fff, "int32")), odd);
    return cast(
      integer("BitwiseAnd", rounded, -0x10000),
      "int32",
      "float32",
    ) as T;
  });
}

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
