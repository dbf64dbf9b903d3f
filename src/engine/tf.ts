/** The TensorFlow.js API object that the whole library shares. */
import { createRequire } from "node:module";
import type * as tfjs from "@tensorflow/tfjs";

export type Tensor = tfjs.Tensor;
export type Tensor1D = tfjs.Tensor1D;
export type Tensor2D = tfjs.Tensor2D;
export type Tensor3D = tfjs.Tensor3D;
export type Tensor4D = tfjs.Tensor4D;

/**
 * The TensorFlow.js API. The native package re-exports this very object, so that kernels registered by either are seen by both.
 * Loaded through `require`, because the package is CommonJS and its names cannot be seen by a static ESM import.
 */
export const tf: typeof tfjs = createRequire(import.meta.url)(
  "@tensorflow/tfjs",
) as typeof tfjs;
