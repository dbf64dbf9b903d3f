/**
 * The tensor engine: one object, `tf`, with the TensorFlow.js API, and the native library behind it.
 *
 * Everything numeric in `model` and `train` is written on `tf` alone. `startEngine()` loads the native binding once;
 * without it the library stops with an `EngineError` that names the set-up command, since the JavaScript fallback of
 * TensorFlow.js is about 300 times slower and must never run unnoticed.
 *
 * What an engine has beyond that API (a fused cross-entropy; with some engines a whole decoder as one call) is asked for by
 * `engineKernels()`: `model` and `train` use what it offers, compose the rest from `tf`, and never ask which engine it is.
 *
 * Exports: `tf`, `chosenEngine`, `installedEngines`, `startEngine`, `engineInfo`, `engineKernels`, `measureGflops`, the types of the kernels; of TensorFlow alone `rawOp`,
 * `Handles`, `liveHandles`; and `recompute`.
 *
 * @module
 */
export { tf } from "./tf.js";
export type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "./tf.js";
export { chosenEngine, type EngineName } from "./choice.js";
export type { EngineInfo } from "./info.js";
export { installedEngines } from "./installed.js";
export { engineInfo, engineKernels, startEngine } from "./start.js";
export type * from "./kernels.js";
export { measureGflops } from "./gflops.js";
export { rawOp } from "./tensorflow/raw.js";
export { recompute } from "./recompute.js";
export {
  Handles,
  liveHandles,
  type Handle,
  type HandleOp,
} from "./tensorflow/handles.js";
