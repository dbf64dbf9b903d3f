/**
 * Step "tensorflow": the libraries and C headers of TensorFlow's wheel, unpacked into .cache/tensorflow/.
 *
 * Only libraries are used, never Python code, so the wheel of any Python version serves and none is installed. The
 * folder keeps the layout of site-packages (tensorflow/ beside nvidia/), by which TensorFlow's CUDA libraries find
 * NVIDIA's.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command, SetupError } from "../command.mjs";
import { CACHE, readStamp, stampFits, writeStamp } from "../place.mjs";
import { download, platforms, unpack, wheelsIn } from "./wheels.mjs";

/** Version of the wheel. */
export const TENSORFLOW = "2.21.0";

/** What errors call this step, and where the hashes of its wheels are. */
const WHEELS = { step: "tensorflow", lock: "tensorflow.lock" };

/** The folder of one variant. */
export function tensorflowFolder(variant) {
  return join(CACHE, "tensorflow", variant);
}

/** The two libraries, of which the binding calls 55 functions. */
export function tensorflowLibraries(variant) {
  const ending = process.platform === "darwin" ? "2.dylib" : "so.2";
  return ["cc", "framework"].map((part) =>
    join(
      tensorflowFolder(variant),
      "tensorflow",
      `libtensorflow_${part}.${ending}`,
    ),
  );
}

/** Whether a variant's libraries are there, unpacked to the end. */
export function hasTensorflow(variant) {
  const stamp = readStamp(join(tensorflowFolder(variant), "m2rl.json"));
  return (
    stampFits(stamp, { version: TENSORFLOW }) &&
    tensorflowLibraries(variant).every((path) => existsSync(path))
  );
}

/**
 * Download and unpack one variant.
 *
 * @param variant  "cpu", or "cuda" which needs about 3 GB more for NVIDIA's libraries
 * @throws SetupError no network, no wheel for this platform, or a full disk
 */
export async function fetchTensorflow(variant, log) {
  if (platforms().length === 0) {
    throw new SetupError(
      `tensorflow: there must be a wheel for this platform, got ${process.platform} ${process.arch}`,
      { noWheel: true },
    );
  }
  // Only x86-64 Linux has a separate package without CUDA; elsewhere the main one is the CPU build.
  const name =
    variant === "cpu" && process.platform === "linux" && process.arch === "x64"
      ? "tensorflow-cpu"
      : "tensorflow";
  const target = tensorflowFolder(variant);
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const wheels = join(partial, "wheels");
  mkdirSync(wheels, { recursive: true });
  try {
    log(
      `      downloading the ${name} ${TENSORFLOW} wheel (about ${variant === "cpu" ? "275 MB" : "600 MB"})`,
    );
    await download(WHEELS, [name], wheels, {
      beat: "downloading TensorFlow",
      log,
    });
    if (variant === "cuda") {
      const needs = await unpack(WHEELS, "cuda", wheelsIn(wheels)[0]);
      log(
        `      downloading ${needs.length} wheels of CUDA 12 libraries (about 3 GB)`,
      );
      const names = needs.map((need) => /^[\w.-]+/.exec(need)[0]);
      await download(WHEELS, names, wheels, {
        beat: "downloading CUDA libraries",
        log,
      });
    }
    await unpack(WHEELS, "files", partial, ...wheelsIn(wheels));
    rmSync(wheels, { recursive: true, force: true });
    writeStamp(join(partial, "m2rl.json"), { version: TENSORFLOW, variant });
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Whether an NVIDIA driver answers. */
async function driverAnswers() {
  const { code, output } = await command("nvidia-smi", ["--list-gpus"]);
  return code === 0 && output.includes("GPU");
}

/**
 * What `M2RL_TENSORFLOW` asks for: "cpu", "cuda", or undefined where it is not set.
 *
 * @throws SetupError another value
 */
export function requestedVariant() {
  const value = process.env.M2RL_TENSORFLOW;
  if (value === undefined || value === "") return undefined;
  if (value !== "cpu" && value !== "cuda") {
    throw new SetupError(
      `tensorflow: M2RL_TENSORFLOW must be cpu or cuda, got ${value}`,
    );
  }
  return value;
}

/** What the last set-up chose; it says "package" where no wheel could be had and the package's own download runs. */
const CHOICE = join(CACHE, "tensorflow", "choice.json");

/** The variant in use: "cpu", "cuda" or "package"; undefined before the first set-up or when another is asked for. */
export function chosenVariant() {
  const choice = readStamp(CHOICE);
  const requested = requestedVariant();
  if (!stampFits(choice, { version: TENSORFLOW })) return undefined;
  return requested === undefined ||
    requested === choice.requested ||
    requested === choice.variant
    ? choice.variant
    : undefined;
}

/** Make the next set-up choose anew. */
export function forgetChoice() {
  rmSync(CHOICE, { force: true });
}

/** Why the wheel could not be had, where it could not. */
export function choiceReason() {
  return readStamp(CHOICE)?.reason;
}

const DETAIL = { cpu: "CPU wheel", cuda: "CUDA 12 wheel", package: "no wheel" };

export const tensorflow = {
  name: "tensorflow",
  after: ["python environment"],
  needs: [],
  folder: join(CACHE, "tensorflow"),

  done() {
    const variant = chosenVariant();
    if (
      variant === undefined ||
      (variant !== "package" && !hasTensorflow(variant))
    )
      return undefined;
    return variant === "package"
      ? `${DETAIL.package}: ${choiceReason()}`
      : `${TENSORFLOW}, ${DETAIL[variant]}`;
  },

  async make({ log }) {
    const requested = requestedVariant();
    const wanted = requested ?? ((await driverAnswers()) ? "cuda" : "cpu");
    let reason;
    // Without an explicit wish a machine whose CUDA wheels cannot be had still gets an engine.
    for (const variant of requested === undefined && wanted === "cuda"
      ? ["cuda", "cpu"]
      : [wanted]) {
      try {
        if (!hasTensorflow(variant)) await fetchTensorflow(variant, log);
        writeStamp(CHOICE, {
          version: TENSORFLOW,
          requested: requested ?? null,
          variant,
          reason: reason ?? null,
        });
        return this.done();
      } catch (error) {
        if (!error.noWheel) throw error;
        log(`      ${error.message}`);
        reason ??= error.message.replace("tensorflow: ", "");
      }
    }
    writeStamp(CHOICE, {
      version: TENSORFLOW,
      requested: requested ?? null,
      variant: "package",
      reason,
    });
    return this.done();
  },
};
