/** Tensors of the engine as parameters that are copied only while they are read. */
import type { Dtype, Param, Params } from "../checkpoint/index.js";
import type { Tensor } from "../engine/index.js";

/**
 * Parameters for a writer that takes one tensor at a time: no second copy of the model exists.
 *
 * Each reading of `data` copies that tensor from the device; valid as long as the tensors are.
 *
 * @param dtype how a checkpoint will store them
 */
export function streamParams(
  tensors: Iterable<readonly [string, Tensor]>,
  dtype: Dtype = "F32",
): Params {
  const params: Params = new Map();
  for (const [name, tensor] of tensors) {
    const param: Param = {
      dtype,
      shape: [...tensor.shape],
      get data(): Float32Array {
        return Float32Array.from(tensor.dataSync());
      },
    };
    params.set(name, param);
  }
  return params;
}
