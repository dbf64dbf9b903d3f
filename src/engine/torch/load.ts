/** Loads the torch engine once: the addon, the backend over it, its kernels. */
import { availableParallelism } from "node:os";
import { EngineError } from "../../error.js";
import type { EngineInfo } from "../info.js";
import { torchVersion } from "../installed.js";
import type { EngineKernels } from "../kernels.js";
import { tf } from "../tf.js";
import { TorchBackend } from "./backend.js";
import { registerElementwise } from "./elementwise.js";
import { torchKernels } from "./kernels.js";
import { loadNative } from "./native.js";
import { registerReductions } from "./reductions.js";
import { BACKEND } from "./register.js";
import { registerShapes } from "./shapes.js";

const DEVICES = ["cpu", "cuda", "mps"];
const DTYPES = ["float32", "bfloat16", "tf32"];

/** A choice by an environment variable, the first one by default. */
function setting(name: string, choices: readonly string[]): string {
  const value = process.env[name] || choices[0]!;
  if (!choices.includes(value))
    throw new EngineError(
      `startEngine: ${name} must be one of ${choices.join(", ")}, got ${value}`,
    );
  return value;
}

/** Threads inside one operation: `OMP_NUM_THREADS` or `TF_NUM_INTRAOP_THREADS`, else one per core. */
function threadsWanted(): number {
  for (const name of ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"]) {
    const threads = Number(process.env[name]);
    if (Number.isInteger(threads) && threads > 0) return threads;
  }
  return availableParallelism();
}

/**
 * Load the addon and make it the backend of TensorFlow.js.
 *
 * Environment: `M2RL_DEVICE` cpu (default), cuda or mps · `M2RL_DTYPE` float32 (default), bfloat16 (matrix products and activations of
 * whole-model calls) or tf32 (float32 whose products round their inputs to 10 bits on devices that can) · `M2RL_TORCH_LOOPS=0` runs the code of other devices on the CPU.
 *
 * @throws EngineError the addon is missing or does not load, or a variable has another value
 */
export function loadTorch(): { info: EngineInfo; kernels: EngineKernels } {
  const device = setting("M2RL_DEVICE", DEVICES);
  const dtype = setting("M2RL_DTYPE", DTYPES);
  const threads = threadsWanted();
  const cpuLoops = process.env["M2RL_TORCH_LOOPS"] !== "0";
  loadNative({ threads, device, dtype, cpuLoops });
  let backend: TorchBackend | undefined;
  tf.registerBackend(
    BACKEND,
    () => (backend = new TorchBackend()) as never,
    10,
  );
  tf.setBackend(BACKEND);
  tf.backend();
  if (backend === undefined)
    throw new Error("internal: the backend has not been made");
  registerElementwise(backend);
  registerShapes(backend);
  registerReductions(backend);
  const info: EngineInfo = {
    backend: "torch",
    torch: torchVersion() ?? "unknown",
    binding: tf.version["tfjs-core"],
    ...{ device, threads, dtype },
  };
  return { info, kernels: torchKernels(backend) };
}
