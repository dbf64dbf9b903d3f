/** Step "python environment": .venv with JupyterLab and nbclient, made by any Python from 3.9 on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { command, saysOffline, SetupError, tail } from "./command.mjs";
import { installLocked, lockDigest, PIP, pipError } from "./pip.mjs";
import { readStamp, VENV, VENV_PYTHON, writeStamp } from "./place.mjs";
import { stampedStep } from "./stampedStep.mjs";
import { howToInstall } from "./tools.mjs";

const STAMP = join(VENV, "m2rl.json");
/** Stands in an environment that somebody else made: it has our packages, and is never cleared. */
const ADOPTED = join(VENV, "m2rl-adopted.json");
const LOCK = "requirements.lock";
const NAME = "python environment";

/** The programs of an environment name its folder, so a moved checkout needs a new one. */
function wanted() {
  return { folder: VENV, requirements: lockDigest(LOCK) };
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
  // An environment that we did not make may be someone's own: add to it, never clear it.
  const ours = readStamp(STAMP) !== undefined && !existsSync(ADOPTED);
  if (existsSync(VENV_PYTHON) && !ours) {
    const { code } = await command(VENV_PYTHON, ["-m", "pip", "--version"]);
    if (code === 0) {
      writeStamp(ADOPTED, { folder: VENV });
      return;
    }
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
  if (saysOffline(output)) throw pipError(NAME, output);
  throw new SetupError(
    `${NAME}: ${howToInstall("venv")}${output ? `\n${tail(output)}` : ""}`,
  );
}

/** Prints what is installed. */
const PRINT =
  "import sys, importlib.metadata as m; print('JupyterLab %s, Python %d.%d' % (m.version('jupyterlab'), *sys.version_info[:2]))";

export const python = stampedStep({
  name: NAME,
  after: [],
  needs: ["python"],
  folder: VENV,
  stamp: STAMP,
  made: VENV_PYTHON,
  wanted,

  async produce({ python: found, log }) {
    await makeEnvironment(found, log);
    // From here on the folder has our packages, finished or not.
    writeStamp(STAMP, { folder: VENV, requirements: "unfinished" });
    return installLocked(NAME, LOCK, PRINT, { beat: "pip install", log });
  },
});
