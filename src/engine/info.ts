/** What an engine reports of itself. */
import type { EngineName } from "./choice.js";

/** What computes, as `m2rl doctor` and every provenance file report it. */
export interface EngineInfo {
  /** The native library. */
  backend: EngineName;
  /** Version of the native TensorFlow library, for example "2.21.0"; absent with another engine. */
  tensorflow?: string;
  /** Version of the native PyTorch library, for example "2.11.0"; absent with another engine. */
  torch?: string;
  /** Version of the TensorFlow.js API. */
  binding: string;
  /** "cpu", "gpu", or with torch "cuda" or "mps". */
  device: string;
  /** Threads inside one operation; results are the same for any number on matrix products of our sizes only when it is fixed. */
  threads: number | "all cores";
  /** In what matrix products are computed; absent with TensorFlow, which has float32 alone. */
  dtype?: string;
}
