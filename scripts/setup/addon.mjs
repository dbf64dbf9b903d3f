/** Step "torch engine": compiles src/engine/torch/native against PyTorch's libraries, loads it and multiplies two matrices. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { command, SetupError, tail } from "./command.mjs";
import { digest, readStamp, ROOT, stampFits, writeStamp } from "./place.mjs";
import { installedTorch, torchLibraries, TORCH_FOLDER } from "./torch.mjs";

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

function wanted({ folder, version }) {
  const sources = readdirSync(SOURCES).sort();
  return {
    torch: version,
    processor: cpus()[0]?.model.trim() ?? arch(),
    sources: digest(
      ...sources.map((name) => readFileSync(join(SOURCES, name))),
    ),
    arguments: digest(...compilerArguments(folder, "")),
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

async function compile(folder, compiler, log) {
  mkdirSync(TORCH_FOLDER, { recursive: true });
  const partial = `${TARGET}.partial`;
  const { code, output } = await command(
    compiler.path,
    compilerArguments(folder, partial),
    { beat: "compiling", log },
  );
  if (code !== 0) {
    rmSync(partial, { force: true });
    throw new SetupError(
      `torch engine: ${compiler.path} failed (${compiler.version})\n${tail(output, 30)}`,
    );
  }
  renameSync(partial, TARGET);
}

export const addon = {
  name: "torch engine",
  after: ["node modules", "torch"],
  needs: ["compiler"],

  done() {
    const installed = installedTorch();
    if (installed === undefined || !existsSync(TARGET)) return undefined;
    const stamp = readStamp(STAMP);
    return stampFits(stamp, wanted(installed)) ? stamp.detail : undefined;
  },

  async make({ compiler, log }) {
    const installed = installedTorch();
    rmSync(STAMP, { force: true });
    await compile(installed.folder, compiler, log);
    const { code, output } = await command(process.execPath, ["-e", LOAD], {
      env: { OMP_WAIT_POLICY: "passive", NODE_OPTIONS: "" },
    });
    if (code !== 0)
      throw new SetupError(
        `torch engine: it was built but does not load\n${tail(output)}`,
      );
    const detail = `PyTorch ${installed.version} on the CPU`;
    writeStamp(STAMP, { ...wanted(installed), detail });
    return detail;
  },
};
