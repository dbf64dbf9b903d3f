/**
 * What `scripts/gpu-check.sh` runs once it has Node: compile the engine against the PyTorch that is there, run its tests on the device,
 * measure beside PyTorch, print one JSON object.
 *
 *   node scripts/gpu/check.mjs --torch FOLDER --python PATH [--device cuda] [--seconds 480] [--out FILE]
 *
 * --device cpu computes with the code of other devices in tiny sizes: it proves everything but the device. What does not fit into the seconds
 * is named as left out. Progress goes to standard error, the JSON to standard output and to --out.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../setup/place.mjs";
import { findCompiler } from "../setup/tools.mjs";
import { sizesOf, WORK } from "./work.mjs";

const { values: given } = parseArgs({
  options: {
    torch: { type: "string" },
    python: { type: "string", default: "python3" },
    device: { type: "string", default: "cuda" },
    seconds: { type: "string", default: "480" },
    out: { type: "string" },
  },
});
const isTiny = given.device === "cpu";
const ends = performance.now() + 1000 * Number(given.seconds);
const secondsLeft = () => (ends - performance.now()) / 1000;

/** The engine of every process that is started here. */
const ENGINE = {
  M2RL_ENGINE: "torch",
  M2RL_DEVICE: given.device,
  // On the CPU: what other devices would run.
  ...(isTiny ? { M2RL_TORCH_LOOPS: "0", OMP_NUM_THREADS: "1" } : {}),
};

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Run a program for at most some seconds: its exit code, null where the time was up, and what it printed. */
function run(program, args, { env = {}, seconds }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (errors += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000 * seconds);
    const finished = (code) => {
      clearTimeout(timer);
      resolve({ code, output, errors });
    };
    child.on("error", (error) => {
      errors += error.message;
      finished(1);
    });
    child.on("close", finished);
  });
}

/** The last JSON line that a program printed, or why there is none. */
function resultOf({ code, output, errors }) {
  if (code === null) return { failed: "its time was up" };
  if (code !== 0) return { failed: errors.trim().split("\n").at(-1) };
  return JSON.parse(output.trim().split("\n").at(-1));
}

async function compileEngine() {
  process.env.M2RL_TORCH = given.torch;
  const { torch } = await import("../setup/native/torch.mjs");
  const { addon } = await import("../setup/native/addon.mjs");
  const started = performance.now();
  const compiler = await findCompiler();
  if (compiler === undefined)
    throw new Error(
      "gpu-check: a C++17 compiler must be on PATH, or CXX name one",
    );
  await torch.make({ log: say });
  await addon.make({ compiler, log: say });
  return {
    torch: torch.done(),
    compiler: compiler.version,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The tests of engine, model and train on the device; those that fail by name. */
async function engineSuite() {
  const report = join(ROOT, "suite.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--project", "torch", "--reporter", "json"];
  // Tests that compare with TensorFlow say so in their names; this machine has none.
  args.push("--testNamePattern", "^(?!.*TensorFlow)");
  const done = await run(process.execPath, [...args, "--outputFile", report], {
    env: ENGINE,
    seconds: Math.min(secondsLeft(), isTiny ? 1200 : 180),
  });
  if (done.code === null) return { failed: "its time was up" };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  const failures = testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName }) => fullName),
  );
  const broken = testResults
    .filter(
      ({ status, assertionResults }) =>
        status === "failed" && assertionResults.length === 0,
    )
    .map(
      ({ name, message }) =>
        `${name.slice(ROOT.length)}: ${message.split("\n")[0]}`,
    );
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    failures: [...failures, ...broken],
  };
}

/** Both sides of one measurement. */
async function measured({ name, kind, shape, dtype, peer, seconds }) {
  const limit = () => Math.max(1, Math.min(seconds, secondsLeft()));
  const sizes = sizesOf(isTiny);
  const m2rl =
    peer === "only"
      ? undefined
      : resultOf(
          await run(
            process.execPath,
            ["scripts/gpu/measure.mjs", name, ...(isTiny ? ["--tiny"] : [])],
            { env: { ...ENGINE, M2RL_DTYPE: dtype }, seconds: limit() },
          ),
        );
  const request = {
    kind,
    device: given.device,
    dtype,
    sizes,
    shape: sizes.shape(shape),
  };
  const torch = peer
    ? resultOf(
        await run(
          given.python,
          ["scripts/gpu/peer.py", JSON.stringify(request)],
          {
            seconds: limit(),
          },
        ),
      )
    : undefined;
  return { name, dtype, m2rl, torch };
}

const report = {
  date: new Date().toISOString().slice(0, 10),
  device: given.device,
  processor: cpus()[0]?.model.trim(),
  gpu: isTiny
    ? "none: the code of other devices, on the CPU, in tiny sizes"
    : (
        await run(
          "nvidia-smi",
          [
            "--query-gpu=name,driver_version,memory.total",
            "--format=csv,noheader",
          ],
          { seconds: 20 },
        )
      ).output.trim(),
};
say("compiling the engine");
report.engine = await compileEngine();
say("testing the engine");
report.suite = await engineSuite();
report.measurements = [];
for (const work of WORK) {
  if (secondsLeft() < 15) {
    report.measurements.push({
      name: work.name,
      failed: "left out: the time was up",
    });
    continue;
  }
  say(`measuring ${work.name}, ${Math.round(secondsLeft())} s left`);
  report.measurements.push(await measured(work));
}
const peak = report.measurements.find(({ name }) => name === "matmul bfloat16")
  ?.torch?.tflops;
for (const { name, m2rl } of report.measurements)
  if (name.startsWith("train") && m2rl?.tflops && peak)
    m2rl.shareOfPeak = m2rl.tflops / peak;
const text = JSON.stringify(report, null, 2);
if (given.out) writeFileSync(given.out, `${text}\n`);
console.log(text);
const isWhole =
  report.suite.failed === 0 &&
  report.measurements.every(
    ({ failed, m2rl, torch }) => !failed && !m2rl?.failed && !torch?.failed,
  );
process.exitCode = isWhole ? 0 : 1;
