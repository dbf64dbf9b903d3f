/**
 * Regenerates every table and figure at nano scale: `npm run reproduce`, minutes on two cores.
 *
 * Sets up what is missing, runs the study's quick profile, then every notebook on its results. Executed notebooks and figures
 * go to reproduced/, so that the committed ones, which show the full profile, stay. `-- --full` runs the full profile and
 * writes notebooks/ and figures/ themselves; `-- --jobs N` limits the processes that run side by side. Both resume.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { bootstrap } from "./bootstrap.mjs";

const started = performance.now();
const times = [];

/** Run one part and remember its time; a part that fails ends the command with its exit code. */
async function part(name, work) {
  const begin = performance.now();
  const code = await work();
  times.push([name, (performance.now() - begin) / 1000]);
  if (code !== 0) process.exit(code);
}

function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    // Ctrl-C reaches the child as well; it stops in its own way and this process takes its exit code.
    child.on("exit", (code, signal) =>
      resolve(code ?? (signal === "SIGINT" ? 130 : 1)),
    );
  });
}

process.on("SIGINT", () => {});

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    jobs: { type: "string" },
  },
});
const profile = values.full ? "full" : "quick";
const jobs = values.jobs ?? String(availableParallelism());

await part("set-up", async () => {
  try {
    await bootstrap();
    return 0;
  } catch (error) {
    console.error(error.name === "SetupError" ? error.message : error.stack);
    return 1;
  }
});

const { ROOT, VENV_PYTHON } = await import("./setup/place.mjs");
const study = join(ROOT, "data", "hard");
const notebooks = join(ROOT, "notebooks");
const reproduced = join(ROOT, "reproduced");

await part("study", () =>
  run(process.execPath, [
    ...[join(ROOT, "dist", "cli.js"), "run", relative(process.cwd(), study)],
    ...["--profile", profile, "--jobs", jobs],
  ]),
);

await part("notebooks", () => {
  const files = readdirSync(notebooks)
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => join(notebooks, name));
  let out = notebooks;
  let figures = "../figures";
  if (!values.full) {
    out = join(reproduced, "notebooks");
    figures = "../reproduced/figures";
    mkdirSync(out, { recursive: true });
    writeFileSync(join(reproduced, ".gitignore"), "*\n");
  }
  const parameters = JSON.stringify({ profile, figures });
  return run(
    VENV_PYTHON,
    [
      join(ROOT, "scripts", "notebooks.py"),
      "--out",
      out,
      "--jobs",
      jobs,
      ...files,
    ],
    { M2RL_PARAMETERS: parameters },
  );
});

const where = values.full ? "notebooks/ and figures/" : "reproduced/";
console.log("\nwhere the time went");
for (const [name, seconds] of times) {
  console.log(`  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s`);
}
const total = (performance.now() - started) / 1000;
console.log(`  ${"all".padEnd(10)} ${total.toFixed(1).padStart(7)} s`);
console.log(`tables and figures are in ${where}`);
