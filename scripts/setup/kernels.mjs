/** Compiles the kernels of merging, AssemblyScript, to WebAssembly; as a command, into dist/: `node scripts/setup/kernels.mjs`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./place.mjs";

/** Files whose exports are the kernels. */
const FILES = ["convert.ts", "random.ts", "rank.ts", "select.ts", "sum.ts"];

/**
 * The arguments of Node that compile the kernels.
 *
 * @param dist  folder of the built library
 */
export function compileKernels(dist) {
  return [
    join("node_modules", "assemblyscript", "bin", "asc.js"),
    ...FILES.map((name) => join("src", "merge", "kernels", "assembly", name)),
    "--outFile",
    join(dist, "merge", "kernels", "kernels.wasm"),
    // No objects, hence no allocator: the memory is that of src/merge/kernels/arena.ts.
    ...["--runtime", "stub", "--importMemory", "--sharedMemory"],
    ...["--initialMemory", "1", "--maximumMemory", "65536"],
    ...["--enable", "simd", "--enable", "threads", "--noAssert"],
    ...["--optimizeLevel", "3", "--converge"],
    // Vectors pass between these files only, not to JavaScript.
    ...["--disableWarning", "112"],
  ];
}

if (
  process.argv[1] &&
  import.meta.url === pathToFileURL(process.argv[1]).href
) {
  const { status } = spawnSync(process.execPath, compileKernels("dist"), {
    cwd: ROOT,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
