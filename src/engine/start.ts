/** Loads the native engine once and reports what runs. */
import { createRequire } from "node:module";
import util from "node:util";
import { EngineError } from "../error.js";
import { tf } from "./tf.js";

/** What computes, as `m2rl doctor` and every provenance file report it. */
export interface EngineInfo {
  /** Always "tensorflow": the native library. */
  backend: string;
  /** Version of the native TensorFlow library, for example "2.21.0". */
  tensorflow: string;
  /** Version of the TensorFlow.js binding. */
  binding: string;
  /** "cpu" or "gpu". */
  device: string;
  /** Threads inside one operation; results are the same for any number on matrix products of our sizes only when it is fixed. */
  threads: number | "all cores";
}

interface NativeBackend {
  binding: { TF_Version?: string };
  isUsingGpuDevice?: boolean;
}

let info: EngineInfo | undefined;

/**
 * Load the native engine; later calls return at once.
 *
 * Environment: `TF_NUM_INTRAOP_THREADS` sets the threads (the study runner sets 1 for each of its processes).
 *
 * @returns what runs
 * @throws EngineError the native binding is missing or cannot be loaded
 * @example
 * startEngine().backend // "tensorflow"
 */
export function startEngine(): EngineInfo {
  if (info) return info;
  // The library reads these once, when it is loaded. oneDNN stays on, its default: training is 1.3 to 1.6 times faster with it.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "3";
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
  restoreIsNullOrUndefined();
  try {
    createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu");
  } catch (cause) {
    const reason =
      cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new EngineError(
      `startEngine: the native tensor engine must load, got "${reason.trim()}"; run \`npm run setup\` in a checkout of m2rl`,
      {
        cause,
      },
    );
  }
  if (tf.getBackend() !== "tensorflow") {
    throw new EngineError(
      `startEngine: backend must be tensorflow, got ${tf.getBackend()}; run \`npm run setup\``,
    );
  }
  const backend = tf.backend() as unknown as NativeBackend;
  const threads = Number(process.env["TF_NUM_INTRAOP_THREADS"]);
  info = {
    backend: tf.getBackend(),
    tensorflow: backend.binding.TF_Version ?? "unknown",
    binding: tf.version["tfjs-core"],
    device: backend.isUsingGpuDevice ? "gpu" : "cpu",
    threads: threads > 0 ? threads : "all cores",
  };
  return info;
}

/** The running engine's report, or undefined before `startEngine`. */
export function engineInfo(): EngineInfo | undefined {
  return info;
}

/** TensorFlow.js 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const target = util as unknown as Record<string, unknown>;
  if (
    typeof target["isNullOrUndefined"] !== "function" ||
    Number(process.versions.node.split(".")[0]) >= 22
  ) {
    target["isNullOrUndefined"] = (value: unknown): boolean =>
      value === null || value === undefined;
  }
}
