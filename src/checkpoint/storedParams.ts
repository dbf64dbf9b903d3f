/** The parameters of an open checkpoint, each read only when it is looked at. */
import type { Checkpoint } from "./checkpoint.js";
import { isDtype } from "./format/dtype.js";
import type { Param, Params } from "./params.js";

/**
 * Parameters for whoever takes one tensor at a time: the model is never in memory as a whole. Each reading of `data` reads the file again.
 *
 * @param checkpoint  stays open as long as the parameters are used
 * @example
 * const open = Checkpoint.open("data/nano/base");
 * storedParams(open).get("model.norm.weight")?.shape; // [96]
 * open.close();
 */
export function storedParams(checkpoint: Checkpoint): Params {
  const params: Params = new Map();
  for (const { name, dtype, shape, elements } of checkpoint.tensors.values()) {
    const param: Param = {
      // Another dtype is refused when it is read.
      dtype: isDtype(dtype) ? dtype : "F32",
      shape: [...shape],
      pieces: {
        readBytes: (start, out) => checkpoint.readBytes(name, start, out),
        read: (start, out) => checkpoint.read(name, start, out),
      },
      get data(): Float32Array {
        const values = new Float32Array(elements);
        checkpoint.read(name, 0, values);
        return values;
      },
    };
    params.set(name, param);
  }
  return params;
}
