/** Step "ray", only where it is asked for: Ray in .venv, on which `npm test -- --all` runs a study's stages. */
import { join } from "node:path";
import { installLocked, lockDigest } from "./pip.mjs";
import { VENV, VENV_BIN } from "./place.mjs";
import { python } from "./python.mjs";
import { stampedStep } from "./stampedStep.mjs";

const LOCK = "ray.lock";

/** Prints what is installed. */
const PRINT =
  "import importlib.metadata as m; print('Ray ' + m.version('ray'))";

export const ray = stampedStep({
  name: "ray",
  after: [python.name],
  needs: ["python"],
  folder: VENV,
  stamp: join(VENV, "m2rl-ray.json"),
  made: join(VENV_BIN, "ray"),
  wanted: () => ({ requirements: lockDigest(LOCK) }),
  produce: ({ log }) =>
    installLocked("ray", LOCK, PRINT, {
      beat: "pip install ray, 384 MB",
      log,
    }),
});
