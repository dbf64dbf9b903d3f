/**
 * How fast and in how much memory checkpoints are merged, beside mergekit and beside plain copying of the same bytes; needs
 * `npm run build`. Prints a Markdown table.
 *
 * Usage: npm run bench:merge -- [--model tiny|many|0.6b|4b] [--experts 5] [--threads N] [--rounds 1] [--methods ties,sce,…]
 *                               [--peer PYTHON] [--help]
 *
 * `--peer` is a Python with mergekit; ours and mergekit then take turns. Without it the recorded figures are printed as recorded:
 * mergekit 0.1.4 on 2 cores of a Xeon, one matrix of 9728 × 2560 in memory, five experts, without reading or writing files.
 * Synthetic models are made in the temporary folder (9 GB for 0.6b, 56 GB for 4b) and removed at the end.
 */
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { copySeconds } from "./merge/copy.mjs";
import { measure } from "./merge/measure.mjs";
import { SHAPES, writeModels } from "./merge/models.mjs";

/**
 * What is merged: `recipe` is ours, `peer` mergekit's where it differs; both read the same `parameters`. `recorded`: million output
 * entries a second of mergekit.
 */
const METHODS = {
  average: {
    ours: { merge_method: "average" },
    peer: { merge_method: "linear" },
    weight: 1,
    recorded: 26.6,
  },
  linear: { ours: { merge_method: "linear" }, weight: 0.2, recorded: 26.6 },
  taskArithmetic: {
    ours: { merge_method: "task_arithmetic" },
    weight: 0.2,
    recorded: 40.4,
  },
  ties: {
    ours: { merge_method: "ties" },
    weight: 1,
    density: 0.2,
    recorded: 3.2,
  },
  dareTies: {
    ours: { merge_method: "dare_ties" },
    weight: 1,
    density: 0.2,
    recorded: 6.1,
  },
  breadcrumbs: {
    ours: { merge_method: "breadcrumbs" },
    weight: 0.2,
    density: 0.2,
    recorded: 3.9,
  },
  della: {
    ours: { merge_method: "della" },
    weight: 1,
    density: 0.5,
    recorded: 1.9,
  },
  sce: { ours: { merge_method: "sce" }, recorded: 21 },
};

/** Methods whose base is not one of the merged models. */
const WITHOUT_BASE = ["average", "linear"];

const USAGE = `npm run bench:merge -- [options]

  --model tiny|many|0.6b|4b
                         shapes of Qwen3 (default 0.6b); tiny tries the bench and measures nothing, many has 126,380 small tensors
  --experts N            models that are merged, beside the base (default 5)
  --threads N            threads of either side (default: all cores)
  --rounds N             runs of every method, of which the fastest counts (default 1)
  --methods a,b,…        default ${Object.keys(METHODS).join(",")}
  --peer PYTHON          a Python with mergekit; without it recorded figures are printed`;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "0.6b" },
    experts: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    rounds: { type: "string", default: "1" },
    methods: { type: "string", default: Object.keys(METHODS).join(",") },
    peer: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const shape = SHAPES[values.model];
const names = values.methods.split(",");
const unknown = names.find((name) => !Object.hasOwn(METHODS, name));
if (shape === undefined || unknown !== undefined) {
  console.error(
    `bench: --model must be one of ${Object.keys(SHAPES).join(", ")} and --methods of ${Object.keys(METHODS).join(", ")}`,
  );
  process.exit(2);
}
const experts = Number(values.experts);
const threads = Number(values.threads);
const folder = mkdtempSync(join(tmpdir(), "m2rl-bench-merge-"));
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** A recipe that both sides read, in JSON. */
function writeRecipe(name, side) {
  const { ours, peer = ours, weight, density } = METHODS[name];
  const own = side === "ours" ? ours : peer;
  const isAverage = own.merge_method === "average";
  const parameters = {
    ...(weight === undefined || isAverage ? {} : { weight }),
    ...(density === undefined ? {} : { density }),
  };
  const recipe = {
    ...own,
    ...(side === "ours" && !isAverage ? { dialect: "mergekit" } : {}),
    ...(WITHOUT_BASE.includes(name)
      ? {}
      : { base_model: join(folder, "base") }),
    models: Array.from({ length: experts }, (_, i) => ({
      model: join(folder, `expert${i + 1}`),
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    })),
    dtype: "bfloat16",
  };
  const path = join(folder, `${name}.${side}.yml`);
  writeFileSync(path, JSON.stringify(recipe));
  return path;
}

function run(name, side) {
  const out = join(folder, `out-${side}`);
  rmSync(out, { recursive: true, force: true });
  const recipe = writeRecipe(name, side);
  return side === "ours"
    ? measure(process.execPath, [
        cli,
        "merge",
        recipe,
        out,
        "--threads",
        `${threads}`,
      ])
    : measure(
        values.peer,
        [
          "-c",
          "from mergekit.scripts.run_yaml import main; main()",
          recipe,
          out,
          "--random-seed",
          "0",
        ],
        { OMP_NUM_THREADS: `${threads}`, HF_HUB_OFFLINE: "1" },
      );
}

/** Seconds until either side begins to work. */
async function startUp(side) {
  const { seconds } =
    side === "ours"
      ? await measure(process.execPath, [cli, "merge", "--help"])
      : await measure(values.peer, [
          "-c",
          "from mergekit.scripts.run_yaml import main; main()",
          "--help",
        ]);
  return seconds;
}

/** Files with weights of the models that a method reads. */
function inputsOf(name) {
  const models = Array.from({ length: experts }, (_, i) => `expert${i + 1}`);
  if (!WITHOUT_BASE.includes(name)) models.push("base");
  return models.flatMap((model) =>
    readdirSync(join(folder, model))
      .filter((file) => file.endsWith(".safetensors"))
      .map((file) => join(folder, model, file))
      .map((path) => ({ path, bytes: statSync(path).size })),
  );
}

async function copy(name, bytes) {
  const path = join(folder, "copy");
  const seconds = await copySeconds(inputsOf(name), { path, bytes }, threads);
  rmSync(path);
  return seconds;
}

/** Share of a run below which what is left after the start-up says nothing. */
const LEAST_WORK = 0.2;

/** Seconds of a run without the start-up; NaN where the start-up is nearly all of it. */
function workSeconds(seconds, start) {
  return seconds - start < LEAST_WORK * seconds ? NaN : seconds - start;
}

const fixed = (value) => (Number.isNaN(value) ? "too short" : value.toFixed(1));
const best = (runs, key) => Math.min(...runs.map((each) => each[key]));
const most = (runs, key) => Math.max(...runs.map((each) => each[key]));
const megabytes = (bytes) =>
  Number.isNaN(bytes) ? "?" : `${Math.round(bytes / 1e6)} MB`;

try {
  const began = performance.now();
  const elements = writeModels(folder, shape, experts);
  const made = (performance.now() - began) / 1000;
  const sides = values.peer === undefined ? ["ours"] : ["ours", "peer"];
  const start = {};
  for (const side of sides)
    start[side] = Math.min(await startUp(side), await startUp(side));
  console.error(
    `${experts + 1} models of ${(elements / 1e6).toFixed(0)} M entries made in ${made.toFixed(0)} s; start-up ${sides.map((side) => `${side} ${start[side].toFixed(2)} s`).join(", ")}`,
  );
  const head = [
    "method",
    "m2rl, M/s",
    "mergekit, M/s",
    "ratio",
    "m2rl, peak RSS",
    "mergekit, peak RSS",
    "time ÷ plain copy",
  ];
  const rows = [];
  for (const name of names) {
    const runs = { ours: [], peer: [], copy: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      runs.copy.push({ seconds: await copy(name, 2 * elements) });
      for (const side of sides) runs[side].push(await run(name, side));
    }
    const speed = (side) =>
      elements / 1e6 / workSeconds(best(runs[side], "seconds"), start[side]);
    const peer =
      values.peer === undefined ? METHODS[name].recorded : speed("peer");
    const mark = values.peer === undefined ? " (recorded)" : "";
    rows.push([
      name,
      fixed(speed("ours")),
      `${fixed(peer)}${mark}`,
      `${fixed(speed("ours") / peer)}${Number.isNaN(speed("ours") / peer) ? "" : " ×"}`,
      megabytes(most(runs.ours, "peak")),
      values.peer === undefined ? "–" : megabytes(most(runs.peer, "peak")),
      fixed(
        workSeconds(best(runs.ours, "seconds"), start.ours) /
          best(runs.copy, "seconds"),
      ),
    ]);
    console.error(`${rows.at(-1).join("  ")}  load ${loadavg()[0].toFixed(1)}`);
  }
  const line = (cells) => `| ${cells.join(" | ")} |`;
  console.log(
    `Qwen3-${values.model} shapes, ${experts} experts in bfloat16, ${threads} threads; Node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}\n`,
  );
  console.log(
    [
      line(head),
      line(head.map((_, i) => (i === 0 ? "---" : "---:"))),
      ...rows.map(line),
    ].join("\n"),
  );
} finally {
  rmSync(folder, { recursive: true });
}
