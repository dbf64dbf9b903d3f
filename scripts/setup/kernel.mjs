/**
 * Step "notebook kernel": tslab's kernel specification inside .venv, so that nothing is written outside the checkout.
 *
 * Written here instead of by `tslab install`, since this one names the Node that set things up (a desktop's JupyterLab
 * may find another or none) and keeps TensorFlow's log lines out of notebooks.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  digest,
  readStamp,
  ROOT,
  stampFits,
  VENV,
  writeStamp,
} from "./place.mjs";

const FOLDER = join(VENV, "share", "jupyter", "kernels", "tslab");
const SPECIFICATION = join(FOLDER, "kernel.json");
const STAMP = join(FOLDER, "m2rl.json");

function specification() {
  return {
    argv: [
      process.execPath,
      join(ROOT, "node_modules", "tslab", "bin", "tslab"),
      "kernel",
      "--config-path={connection_file}",
    ],
    display_name: "TypeScript",
    language: "typescript",
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
  };
}

function wanted() {
  return { specification: digest(JSON.stringify(specification())) };
}

export const kernel = {
  name: "notebook kernel",
  after: ["node modules", "python environment"],
  needs: [],

  done() {
    const fits =
      existsSync(SPECIFICATION) && stampFits(readStamp(STAMP), wanted());
    return fits ? `tslab on Node ${process.versions.node}` : undefined;
  },

  async make() {
    writeStamp(SPECIFICATION, specification());
    writeStamp(STAMP, wanted());
    return this.done();
  },
};
