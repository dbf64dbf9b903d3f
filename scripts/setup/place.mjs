/** Where things lie in the checkout, and the stamps that say what a finished step has made. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The checkout's Python environment: JupyterLab, nbclient and the kernel specification. */
export const VENV = join(ROOT, ".venv");

/** Programs of the Python environment. */
export const VENV_BIN = join(
  VENV,
  process.platform === "win32" ? "Scripts" : "bin",
);

/** Python of the environment. */
export const VENV_PYTHON = join(
  VENV_BIN,
  process.platform === "win32" ? "python.exe" : "python",
);

/** What can be made again and belongs to no other folder: TensorFlow's libraries, caches, locks. */
export const CACHE = join(ROOT, ".cache");

/**
 * Where the programs that we start keep what they would put into the home folder. npm's part is in .npmrc, since npm writes
 * before it starts anything of ours.
 */
export const HOME_FOLDERS = {
  JUPYTER_CONFIG_DIR: join(CACHE, "jupyter", "config"),
  JUPYTER_DATA_DIR: join(CACHE, "jupyter", "data"),
  JUPYTER_RUNTIME_DIR: join(CACHE, "jupyter", "runtime"),
  IPYTHONDIR: join(CACHE, "jupyter", "ipython"),
};

/** Where pip keeps what it downloaded, unless the environment says so. */
export const PIP_CACHE = process.env.PIP_CACHE_DIR || join(CACHE, "pip");

/** The tensor engine's package, whose native binding we build. */
export const BINDING = join(
  ROOT,
  "node_modules",
  "@tensorflow",
  "tfjs-node-gpu",
);

/**
 * The stamp of a finished step. A stamp lies inside what it describes, so that both vanish together.
 *
 * @returns the object written by `writeStamp`, or undefined where there is none
 */
export function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Write a stamp at once: a killed process leaves either the old one or the new one. */
export function writeStamp(path, stamp) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.partial`, `${JSON.stringify(stamp, null, 2)}\n`);
  renameSync(`${path}.partial`, path);
}

/** Whether a stamp has all the values of `wanted`. */
export function stampFits(stamp, wanted) {
  return (
    stamp !== undefined &&
    Object.entries(wanted).every(([key, value]) => stamp[key] === value)
  );
}

/** Short SHA-256 of texts and buffers, as hexadecimal digits. */
export function digest(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}
