/** The TensorFlow.js API object that the whole library shares. */
import type * as tfjs from "@tensorflow/tfjs";
import { optionalPackage } from "../optionalPackage.js";

/** A tensor of any rank. */
export type Tensor = tfjs.Tensor;
/** A tensor that is a vector. */
export type Tensor1D = tfjs.Tensor1D;
/** A tensor that is a matrix. */
export type Tensor2D = tfjs.Tensor2D;
/** A tensor of rank 3. */
export type Tensor3D = tfjs.Tensor3D;
/** A tensor of rank 4. */
export type Tensor4D = tfjs.Tensor4D;

/**
 * The TensorFlow.js API. The native package re-exports this very object, so that kernels registered by either are seen by both.
 * Loaded at first use, since merging, comparing and verifying do without it.
 */
export const tf: typeof tfjs = optionalPackage<typeof tfjs>(
  "@tensorflow/tfjs",
  "training and generation",
  "npm run setup",
);
