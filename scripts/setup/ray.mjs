/** Step "ray", only where it is asked for: Ray in .venv, on which `npm test -- --all` runs a study's stages. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, SetupError } from "./command.mjs";
import {
  digest,
  readStamp,
  ROOT,
  stampFits,
  VENV,
  VENV_PYTHON,
  writeStamp,
} from "./place.mjs";
import { PIP, pipError, python } from "./python.mjs";

const STAMP = join(VENV, "m2rl-ray.json");
const LOCK = join(ROOT, "scripts", "setup", "ray.lock");

function wanted() {
  return { requirements: digest(readFileSync(LOCK)) };
}

export const ray = {
  name: "ray",
  after: [python.name],
  needs: ["python"],

  done() {
    const stamp = readStamp(STAMP);
    return stampFits(stamp, wanted()) && existsSync(join(VENV, "bin", "ray"))
      ? stamp.detail
      : undefined;
  },

  async make({ log }) {
    const { code, output } = await command(
      VENV_PYTHON,
      [
        ...["-m", "pip", ...PIP, "install", "--quiet", "--require-hashes"],
        ...["--requirement", LOCK],
      ],
      { beat: "pip install ray, 384 MB", log },
    );
    if (code !== 0) throw pipError(this.name, output);
    const found = await command(VENV_PYTHON, [
      "-c",
      "import importlib.metadata as m; print('Ray ' + m.version('ray'))",
    ]);
    if (found.code !== 0) throw new SetupError(`ray: ${found.output.trim()}`);
    const detail = found.output.trim();
    writeStamp(STAMP, { ...wanted(), detail });
    return detail;
  },
};
