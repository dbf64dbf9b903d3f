/** Which engines can run here, found without loading one. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineName } from "./choice.js";

/** What the set-up says of the torch addon that it compiled. */
const TORCH_STAMP = fileURLToPath(
  new URL("../../.cache/torch/m2rl.json", import.meta.url),
);

function hasTensorflow(): boolean {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      "@tensorflow/tfjs-node-gpu/package.json",
    );
    const lib = join(dirname(manifest), "lib", "napi-v8");
    return existsSync(join(lib, "tfjs_binding.node"));
  } catch {
    return false; // the package is not installed
  }
}

/** Version of PyTorch that the torch addon was compiled against; undefined where there is none. */
export function torchVersion(): string | undefined {
  if (!existsSync(TORCH_STAMP)) return undefined;
  return (JSON.parse(readFileSync(TORCH_STAMP, "utf8")) as { torch: string })
    .torch;
}

/** The engines whose native part is in place. */
export function installedEngines(): EngineName[] {
  return [
    ...(hasTensorflow() ? (["tensorflow"] as const) : []),
    ...(torchVersion() === undefined ? [] : (["torch"] as const)),
  ];
}
