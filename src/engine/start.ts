/** Starts the chosen engine once, reports what runs, and hands out its kernels. */
import { chosenEngine } from "./choice.js";
import type { EngineInfo } from "./info.js";
import type { EngineKernels } from "./kernels.js";
import { TENSORFLOW_KERNELS } from "./tensorflow/kernels.js";
import { loadTensorflow } from "./tensorflow/load.js";
import { loadTorch } from "./torch/load.js";

interface Engine {
  info: EngineInfo;
  kernels: EngineKernels;
}

let running: Engine | undefined;

function engine(): Engine {
  return (running ??=
    chosenEngine() === "torch"
      ? loadTorch()
      : { info: loadTensorflow(), kernels: TENSORFLOW_KERNELS });
}

/**
 * Load the native engine; later calls return at once.
 *
 * Environment: `M2RL_ENGINE` names it, see `chosenEngine`; `TF_NUM_INTRAOP_THREADS` sets the threads (the study runner sets 1 for each
 * of its processes).
 *
 * @returns what runs
 * @throws EngineError the native binding is missing or cannot be loaded
 * @example
 * startEngine().backend // "tensorflow"
 */
export function startEngine(): EngineInfo {
  return engine().info;
}

/** The running engine's report, or undefined before `startEngine`. */
export function engineInfo(): EngineInfo | undefined {
  return running?.info;
}

/**
 * What the engine computes beyond the TensorFlow.js API; it is started where it does not run yet.
 *
 * @throws EngineError as `startEngine`
 */
export function engineKernels(): EngineKernels {
  return engine().kernels;
}
