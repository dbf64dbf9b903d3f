/**
 * The tensor engine: one object, `tf`, with the TensorFlow.js API, and the native library behind it.
 *
 * Everything numeric in `model` and `train` is written on `tf` alone. `startEngine()` loads the native binding once;
 * without it the library stops with an `EngineError` that names the set-up command, since the JavaScript fallback of
 * TensorFlow.js is about 300 times slower and must never run unnoticed.
 *
 * Exports: `tf`, `startEngine`, `engineInfo`, `measureGflops`, `rawOp`, `recompute`, `Handles`, `liveHandles`, `EngineInfo`.
 *
 * @module
 */
export { tf } from "./tf.js";
export type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "./tf.js";
export { engineInfo, startEngine, type EngineInfo } from "./start.js";
export { measureGflops } from "./gflops.js";
export { rawOp } from "./raw.js";
export { recompute } from "./recompute.js";
export { Handles, liveHandles, type Handle, type HandleOp } from "./handles.js";
