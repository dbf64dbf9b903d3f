/** Step "python environment": .venv with JupyterLab and nbclient, made by any Python from 3.9 on. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, saysOffline, SetupError, tail } from "./command.mjs";
import {
  digest,
  readStamp,
  ROOT,
  stampFits,
  VENV,
  VENV_PYTHON,
  writeStamp,
} from "./place.mjs";
import { howToInstall } from "./tools.mjs";

const STAMP = join(VENV, "m2rl.json");
/** Every package with the hashes of its files: pip takes no other. */
const REQUIREMENTS = join(ROOT, "scripts", "setup", "requirements.lock");

/** The programs of an environment name its folder, so a moved checkout needs a new one. */
function wanted() {
  return { folder: VENV, requirements: digest(readFileSync(REQUIREMENTS)) };
}

/** Arguments for pip that make a missing network show within seconds. */
export const PIP = [
  "--disable-pip-version-check",
  "--no-input",
  "--retries",
  "1",
  "--timeout",
  "15",
];

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

/** The ways to make an environment with pip inside, the usual one first. */
function waysToMake(python, fresh) {
  const clear = fresh ? [] : ["--clear"];
  const ways = [];
  if (python.venv && python.ensurepip)
    ways.push([[python.path, "-m", "venv", ...clear, VENV]]);
  if (python.virtualenv)
    ways.push([[python.path, "-m", "virtualenv", ...clear, VENV]]);
  // Debian splits ensurepip off into python3-venv; its pip package can serve instead.
  if (python.venv && python.pip) {
    ways.push([
      [python.path, "-m", "venv", "--without-pip", ...clear, VENV],
      [
        python.path,
        "-m",
        "pip",
        ...PIP,
        "--python",
        VENV_PYTHON,
        "install",
        "--quiet",
        "pip",
      ],
    ]);
  }
  return ways;
}

async function makeEnvironment(python, log) {
  // An environment without our stamp may be someone's own: add to it, never clear it.
  const ours = readStamp(STAMP) !== undefined;
  if (existsSync(VENV_PYTHON) && !ours) {
    const { code } = await command(VENV_PYTHON, ["-m", "pip", "--version"]);
    if (code === 0) return;
  }
  let output = "";
  for (const way of waysToMake(python, !ours)) {
    let failed = false;
    for (const [program, ...args] of way) {
      const result = await command(program, args, {
        beat: "making .venv",
        log,
      });
      failed = result.code !== 0;
      output += result.output;
      if (failed) break;
    }
    if (!failed) return;
  }
  if (saysOffline(output)) throw pipError("python environment", output);
  throw new SetupError(
    `python environment: ${howToInstall("venv")}${output ? `\n${tail(output)}` : ""}`,
  );
}

export const python = {
  name: "python environment",
  after: [],
  needs: ["python"],

  done() {
    const stamp = readStamp(STAMP);
    return existsSync(VENV_PYTHON) && stampFits(stamp, wanted())
      ? stamp.detail
      : undefined;
  },

  async make({ python: found, log }) {
    await makeEnvironment(found, log);
    // From here on the folder is ours, finished or not.
    writeStamp(STAMP, { folder: VENV, requirements: "unfinished" });
    const { code, output } = await command(
      VENV_PYTHON,
      [
        "-m",
        "pip",
        ...PIP,
        "install",
        "--quiet",
        "--require-hashes",
        "--requirement",
        REQUIREMENTS,
      ],
      { beat: "pip install", log },
    );
    if (code !== 0) throw pipError(this.name, output);
    const { output: versions } = await command(VENV_PYTHON, [
      "-c",
      "import sys, importlib.metadata as m; print('JupyterLab %s, Python %d.%d' % (m.version('jupyterlab'), *sys.version_info[:2]))",
    ]);
    const detail = versions.trim();
    writeStamp(STAMP, { ...wanted(), detail });
    return detail;
  },
};
