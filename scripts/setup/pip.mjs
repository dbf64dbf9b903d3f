/** pip in the checkout's Python environment: only packages whose version and hash a lock names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, saysOffline, SetupError, tail } from "./command.mjs";
import { digest, ROOT, VENV_PYTHON } from "./place.mjs";

/** Arguments for pip that make a missing network show within seconds. */
export const PIP = [
  "--disable-pip-version-check",
  "--no-input",
  "--retries",
  "1",
  "--timeout",
  "15",
];

/** Path of a lock: every package with the hashes of its files. */
export function lockPath(name) {
  return join(ROOT, "scripts", "setup", "pinned", name);
}

/** Short hash of a lock, for a stamp. */
export function lockDigest(name) {
  return digest(readFileSync(lockPath(name)));
}

/** Why pip failed: no network, or the end of what it printed. */
export function pipError(step, output) {
  if (saysOffline(output)) {
    return new SetupError(
      `${step}: pip cannot reach its package index; connect to the network (or set PIP_INDEX_URL, PIP_PROXY or` +
        " PIP_FIND_LINKS) and run `npm run setup`",
      { offline: true },
    );
  }
  return new SetupError(`${step}: pip failed\n${tail(output)}`);
}

/**
 * Install all that a lock names into .venv, and ask Python what is there.
 *
 * @param step   what errors call it
 * @param lock   file name in scripts/setup/pinned
 * @param print  Python that prints one line on what was installed
 * @returns that line
 */
export async function installLocked(step, lock, print, options) {
  const { code, output } = await command(
    VENV_PYTHON,
    [
      ...["-m", "pip", ...PIP, "install", "--quiet", "--require-hashes"],
      ...["--requirement", lockPath(lock)],
    ],
    options,
  );
  if (code !== 0) throw pipError(step, output);
  const found = await command(VENV_PYTHON, ["-c", print]);
  if (found.code !== 0) throw new SetupError(`${step}: ${found.output.trim()}`);
  return found.output.trim();
}
