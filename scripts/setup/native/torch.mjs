/**
 * Step "torch": the CPU part of PyTorch's libraries and its C++ headers, unpacked from its wheel into .cache/torch/.
 *
 * Only where `M2RL_ENGINE=torch` has asked for it. The wheel of the package index is the one with CUDA, of which 490 of 1,100 MB are
 * unpacked; the folder keeps the layout of site-packages (torch/ beside nvidia/), by which the libraries find each other.
 * `M2RL_TORCH` names an installed PyTorch instead, the folder `torch` inside its site-packages: then nothing is downloaded, and its CUDA part
 * is used where it has one.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { SetupError } from "../command.mjs";
import { CACHE, readStamp, stampFits, writeStamp } from "../place.mjs";
import { download, platforms, unpack, wheelsIn } from "./wheels.mjs";

/** Version of the wheel. */
export const TORCH = "2.11.0";

/** What belongs to this engine. */
export const TORCH_FOLDER = join(CACHE, "torch");

const LIBRARIES = join(TORCH_FOLDER, "libraries");
/** Finished wheels of a download that was interrupted; they are not downloaded again. */
const WHEELS_FOLDER = join(TORCH_FOLDER, "wheels");
const STAMP = join(TORCH_FOLDER, "libraries.json");

const WHEELS = { step: "torch", lock: "torch.lock" };

const ENDING = process.platform === "darwin" ? "dylib" : "so";

/** Libraries of a folder `torch` by the names that the linker takes: the CPU part, and the CUDA part where it is there. */
export function torchLibraries(folder) {
  const has = (name) => existsSync(join(folder, "lib", `lib${name}.${ENDING}`));
  return ["torch_cpu", "c10", "torch_cuda", "c10_cuda"].filter(has);
}

/** The version of a folder `torch`, from its own headers or Python files; undefined where it is none. */
function versionOf(folder) {
  const path = join(folder, "version.py");
  if (!existsSync(path)) return undefined;
  return /__version__ = '([^'+]+)/.exec(readFileSync(path, "utf8"))?.[1];
}

/** What is in place: the folder `torch` and its version. */
export function installedTorch() {
  const stamp = readStamp(STAMP);
  if (stamp === undefined) return undefined;
  const { folder, version } = stamp;
  return torchLibraries(folder).includes("torch_cpu")
    ? { folder, version }
    : undefined;
}

function useInstalled(folder) {
  const version = versionOf(folder);
  if (version === undefined || !torchLibraries(folder).includes("torch_cpu"))
    throw new SetupError(
      `torch: M2RL_TORCH must be the folder torch of an installed PyTorch, with lib and include in it, got ${folder}`,
    );
  writeStamp(STAMP, { wanted: folder, folder, version });
}

async function fetchTorch(log) {
  if (platforms().length === 0)
    throw new SetupError(
      `torch: there must be a wheel for this platform, got ${process.platform} ${process.arch}; M2RL_TORCH names an installed PyTorch`,
    );
  mkdirSync(WHEELS_FOLDER, { recursive: true });
  const names =
    process.platform === "linux"
      ? ["torch", "nvidia-cuda-cupti", "nvidia-cuda-runtime"]
      : ["torch"];
  log(
    `      downloading the torch ${TORCH} wheel (${process.platform === "linux" ? "531 MB, and 13 MB of NVIDIA's that it loads" : "about 80 MB"})`,
  );
  await download(WHEELS, names, WHEELS_FOLDER, {
    beat: "downloading PyTorch",
    log,
  });
  const partial = `${LIBRARIES}.partial`;
  for (const folder of [partial, LIBRARIES])
    rmSync(folder, { recursive: true, force: true });
  await unpack(WHEELS, "torch", partial, ...wheelsIn(WHEELS_FOLDER));
  renameSync(partial, LIBRARIES);
  rmSync(WHEELS_FOLDER, { recursive: true, force: true });
  writeStamp(STAMP, {
    wanted: TORCH,
    folder: join(LIBRARIES, "torch"),
    version: TORCH,
  });
}

/** What this set-up is to have: a version, or the folder that `M2RL_TORCH` names. */
function wanted() {
  const given = process.env.M2RL_TORCH;
  if (given) return { wanted: resolve(given) };
  const stamp = readStamp(STAMP);
  // A folder that was once named stays in use.
  return { wanted: stamp?.wanted?.includes("/") ? stamp.wanted : TORCH };
}

export const torch = {
  name: "torch",
  after: ["python environment"],
  needs: [],
  folder: TORCH_FOLDER,

  done() {
    const installed = installedTorch();
    if (installed === undefined || !stampFits(readStamp(STAMP), wanted()))
      return undefined;
    const parts = torchLibraries(installed.folder);
    return `${installed.version}, ${parts.includes("torch_cuda") ? "CPU and CUDA" : "CPU part"}`;
  },

  async make({ log }) {
    const { wanted: given } = wanted();
    if (given === TORCH) await fetchTorch(log);
    else useInstalled(given);
    return this.done();
  },
};
