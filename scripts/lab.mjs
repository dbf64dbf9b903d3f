/** Opens JupyterLab on the notebooks: `npm run lab`; further arguments go to JupyterLab, for example `-- --no-browser`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";

try {
  await bootstrap();
} catch (error) {
  console.error(error.name === "SetupError" ? error.message : error.stack);
  process.exit(1);
}

const { HOME_FOLDERS, ROOT, VENV_BIN, VENV_PYTHON } =
  await import("./setup/place.mjs");
const lab = spawn(
  VENV_PYTHON,
  [
    ...[
      "-m",
      "jupyterlab",
      `--ServerApp.root_dir=${join(ROOT, "notebooks")}`,
      "--LabApp.news_url=None",
    ],
    // Inside a container one is often root, which JupyterLab refuses unless told.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...process.argv.slice(2),
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${VENV_BIN}:${process.env.PATH}`,
      // Settings and workspaces stay inside the checkout too.
      ...HOME_FOLDERS,
    },
  },
);
lab.on("exit", (code) => {
  process.exitCode = code ?? 0;
});
// Ctrl-C reaches JupyterLab as well; it asks the person and this process waits for its answer.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => lab.kill("SIGTERM"));
