/** Wheels of the package index whose libraries an engine uses: asked for by hash, downloaded, unpacked; no Python code is installed. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, saysOffline, SetupError, tail } from "../command.mjs";
import { lockPath, PIP, pipError } from "../pip.mjs";
import { ROOT, VENV_PYTHON } from "../place.mjs";

/** Python versions whose wheel is asked for, in this order. */
const PYTHONS = ["3.12", "3.13", "3.11", "3.10"];

/** Platform names of wheels; pip compares them exactly. */
export function platforms() {
  if (process.platform === "darwin" && process.arch === "arm64") {
    return [12, 13, 14, 15, 11].map((major) => `macosx_${major}_0_arm64`);
  }
  const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch];
  if (process.platform !== "linux" || machine === undefined) return [];
  return [27, 28, 17, 24, 31, 34, 25]
    .map((minor) => `manylinux_2_${minor}_${machine}`)
    .concat(`manylinux2014_${machine}`);
}

/**
 * The lines of a lock about some packages: versions and hashes, of which pip takes no other.
 *
 * @param wheels  step: what errors call it · lock: file name in scripts/setup/pinned
 */
export function linesOf({ step, lock }, names) {
  const text = readFileSync(lockPath(lock), "utf8");
  const blocks = text
    .split(/\n(?=[a-z])/)
    .filter((block) => /^[a-z]/.test(block));
  return names.map((name) => {
    const block = blocks.find((lines) => lines.startsWith(`${name}==`));
    if (block === undefined)
      throw new SetupError(
        `${step}: ${lock} must have hashes of ${name}, got none`,
      );
    return block.trimEnd();
  });
}

/**
 * Download the wheels of some packages; those that the folder has already are checked and kept.
 *
 * @throws SetupError no network, or no wheel for this platform (`noWheel`)
 */
export async function download(wheels, names, folder, { beat, log }) {
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, `${linesOf(wheels, names).join("\n")}\n`);
  // A terminal gets pip's own progress bar, a log file a line now and then.
  const show =
    process.stdout.isTTY && log === console.log ? "progress" : "nothing";
  for (const python of PYTHONS) {
    const { code, output } = await command(
      VENV_PYTHON,
      [
        ...["-m", "pip", ...PIP, "download", "--no-deps", "--no-cache-dir"],
        ...["--only-binary=:all:", "--dest", folder],
        ...["--implementation", "cp", "--python-version", python],
        ...platforms().flatMap((platform) => ["--platform", platform]),
        ...["--progress-bar", show === "progress" ? "on" : "off"],
        ...["--require-hashes", "--requirement", requirements],
      ],
      { beat, log, show },
    );
    if (code === 0) return;
    if (saysOffline(output) || !/No matching distribution/.test(output)) {
      throw pipError(wheels.step, output);
    }
  }
  throw new SetupError(
    `${wheels.step}: the package index has no ${names.join(", ")} for ${process.platform} ${process.arch}`,
    { noWheel: true },
  );
}

/** Paths of the wheels in a folder. */
export function wheelsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".whl"))
    .map((name) => join(folder, name));
}

/** Run unpack.py; returns the lines that it prints. */
export async function unpack({ step }, ...args) {
  const { code, output } = await command(VENV_PYTHON, [
    join(ROOT, "scripts", "setup", "native", "unpack.py"),
    ...args,
  ]);
  if (code !== 0)
    throw new SetupError(
      `${step}: unpacking the wheel failed\n${tail(output)}`,
    );
  return output.trim().split("\n").filter(Boolean);
}
