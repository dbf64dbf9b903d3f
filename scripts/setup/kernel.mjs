/**
 * Step "notebook kernel": tslab's kernel specification inside .venv, so that nothing is written outside the checkout.
 *
 * Written here instead of by `tslab install`, since this one names the Node that set things up (a desktop's JupyterLab
 * may find another or none) and keeps TensorFlow's log lines out of notebooks.
 */
import { join } from "node:path";
import { digest, ROOT, VENV, writeStamp } from "./place.mjs";
import { stampedStep } from "./stampedStep.mjs";

const FOLDER = join(VENV, "share", "jupyter", "kernels", "tslab");
const SPECIFICATION = join(FOLDER, "kernel.json");

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
  return {
    node: process.versions.node,
    specification: digest(JSON.stringify(specification())),
  };
}

export const kernel = stampedStep({
  name: "notebook kernel",
  after: ["node modules", "python environment"],
  needs: [],
  folder: VENV,
  stamp: join(FOLDER, "m2rl.json"),
  made: SPECIFICATION,
  wanted,

  async produce() {
    writeStamp(SPECIFICATION, specification());
    return `tslab on Node ${process.versions.node}`;
  },
});
