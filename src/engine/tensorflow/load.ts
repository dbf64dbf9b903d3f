/** Loads TensorFlow's native binding once. */
import { createRequire } from "node:module";
import util from "node:util";
import { EngineError } from "../../error.js";
import type { EngineInfo } from "../info.js";
import { tf } from "../tf.js";

interface NativeBackend {
  binding: { TF_Version?: string };
  isUsingGpuDevice?: boolean;
}

let info: EngineInfo | undefined;

/**
 * Load the binding of @tensorflow/tfjs-node-gpu; later calls return at once.
 *
 * @throws EngineError the native binding is missing or cannot be loaded
 */
export function loadTensorflow(): EngineInfo {
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
    backend: "tensorflow",
    tensorflow: backend.binding.TF_Version ?? "unknown",
    binding: tf.version["tfjs-core"],
    device: backend.isUsingGpuDevice ? "gpu" : "cpu",
    threads: threads > 0 ? threads : "all cores",
  };
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
