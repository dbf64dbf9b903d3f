/** Step "torch engine": compiles src/engine/torch/native against PyTorch's libraries, loads it and multiplies two matrices. */
import { readdirSync, rmSync } from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { digest, ROOT } from "../place.mjs";
import { stampedStep } from "../stampedStep.mjs";
import { compile, sourcesDigest, tryOut } from "./compile.mjs";
import { installedTorch, torchLibraries, TORCH_FOLDER } from "./torch.mjs";

const NAME = "torch engine";
/** What src/engine/torch loads. */
const TARGET = join(TORCH_FOLDER, "m2rl_torch.node");
const STAMP = join(TORCH_FOLDER, "m2rl.json");
const SOURCES = join(ROOT, "src", "engine", "torch", "native");

/** Options of the compiler that differ by system. */
function systemOptions(lib) {
  if (process.platform === "darwin")
    return ["-mcpu=native", "-undefined", "dynamic_lookup"];
  const gomp = readdirSync(lib).find((name) => name.startsWith("libgomp"));
  return [
    // The instructions of this very CPU: the addon is compiled anew where it changes.
    ...[arch() === "x64" ? "-march=native" : "-mcpu=native", "-fopenmp"],
    ...(gomp ? [join(lib, gomp)] : []),
    "-Wl,--no-as-needed",
    // The libraries name others, such as NVIDIA's, by their own search paths.
    "-Wl,--allow-shlib-undefined",
  ];
}

/** Arguments of the one compiler call. */
function compilerArguments(folder, output) {
  const [lib, include] = [join(folder, "lib"), join(folder, "include")];
  return [
    ...["-std=c++17", "-O3", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...["-fno-math-errno", "-fno-trapping-math", "-w"],
    `-I${join(ROOT, "node_modules", "node-api-headers", "include")}`,
    `-I${include}`,
    `-I${join(include, "torch", "csrc", "api", "include")}`,
    ...["-o", output, join(SOURCES, "addon.cc")],
    ...systemOptions(lib),
    ...[`-L${lib}`, ...torchLibraries(folder).map((name) => `-l${name}`)],
    `-Wl,-rpath,${lib}`,
  ];
}

function wanted() {
  const installed = installedTorch();
  if (installed === undefined) return undefined;
  return {
    torch: installed.version,
    processor: cpus()[0]?.model.trim() ?? arch(),
    sources: sourcesDigest(SOURCES),
    arguments: digest(...compilerArguments(installed.folder, "")),
  };
}

const LOAD = `
const addon = require(${JSON.stringify(TARGET)});
const shared = new Int32Array(256);
addon.initialize(shared, 1, "cpu", "float32", true);
const matrix = (values, rows, columns) => { shared.set([rows, columns]); return addon.upload(Float32Array.from(values), 2, 0); };
const product = addon.read(addon.matMul(matrix([1, 2], 1, 2), matrix([3, 4], 2, 1), false, false))[0];
if (product !== 11) throw new Error("1·3 + 2·4 must be 11, got " + product);
`;

export const addon = stampedStep({
  name: NAME,
  after: ["node modules", "torch"],
  needs: ["compiler"],
  folder: TORCH_FOLDER,
  stamp: STAMP,
  made: TARGET,
  wanted,

  async produce(tools) {
    const { folder, version } = installedTorch();
    rmSync(STAMP, { force: true });
    await compile(
      NAME,
      TARGET,
      (output) => compilerArguments(folder, output),
      tools,
    );
    await tryOut(NAME, LOAD, { OMP_WAIT_POLICY: "passive" });
    return `PyTorch ${version} on the CPU`;
  },
});
