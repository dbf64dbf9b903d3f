/** How fast and in how much memory `m2rl diff` compares experts with their base; `--help` says the rest. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "./merge/measure.mjs";
import { SHAPES, tensorsOf, writeModels } from "./merge/models.mjs";

const HELP = `npm run bench:diff -- [options]      (after npm run build)

Measure \`m2rl diff\` beside plain reading of the same bytes and, with --peer, beside a PyTorch script that counts the same changes.
Prints a Markdown table: seconds, GB/s, time ÷ plain reading, and the peak resident memory of each command and all its children.

  --model NAME      ${Object.keys(SHAPES).join(", ")}: shapes of Qwen3, all bfloat16; default 0.6b
  --experts N       1 to 8, default 1
  --spectra LIST    which runs of \`m2rl diff\`: none, corresponding (its own default: one layer's singular values), all; default none,corresponding
  --threads N       default as \`m2rl diff\`: one a core, at most 3
  --rounds N        the commands take turns this often, default 3; the best time and the largest memory count
  --peer PYTHON     a Python with torch and safetensors; needs --experts 1
  --folder PATH     where the synthetic models are made and removed, default the temporary folder: 2.4 GB for 0.6b, 16 GB for 4b
`;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "0.6b" },
    experts: { type: "string", default: "1" },
    spectra: { type: "string", default: "none,corresponding" },
    threads: {
      type: "string",
      default: String(Math.min(3, availableParallelism())),
    },
    rounds: { type: "string", default: "3" },
    peer: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    help: { type: "boolean", default: false },
  },
});

function fail(text) {
  console.error(`bench: ${text}; npm run bench:diff -- --help`);
  process.exit(2);
}

/** A whole number of at least 1 among the options. */
function count(name) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1)
    fail(`--${name} must be a whole number of at least 1, got ${values[name]}`);
  return value;
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const shape = SHAPES[values.model];
if (shape === undefined)
  fail(
    `--model must be one of ${Object.keys(SHAPES).join(", ")}, got ${values.model}`,
  );
const [experts, threads, rounds] = ["experts", "threads", "rounds"].map(count);
const spectra = values.spectra.split(",");
if (values.peer !== undefined && experts !== 1)
  fail(`--peer must go with one expert, got ${experts}`);

const weights = tensorsOf(shape).reduce(
  (sum, tensor) => sum + tensor.shape.reduce((a, b) => a * b, 1),
  0,
);
const bytes = 2 * weights * (1 + experts);
const { bavail, bsize } = statfsSync(values.folder);
if (bavail * bsize < bytes * 1.01)
  fail(
    `--folder must have ${(bytes / 1e9).toFixed(1)} GB free, got ${((bavail * bsize) / 1e9).toFixed(1)} GB in ${values.folder}`,
  );

const folder = mkdtempSync(join(values.folder, "m2rl-bench-diff-"));
const at = (name) => join(folder, name);
const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const base = at("base");
const others = Array.from({ length: experts }, (_, i) => at(`expert${i + 1}`));

const READ = `
  const { openSync, readSync } = require("node:fs");
  const piece = new Uint8Array(2 ** 20);
  for (const path of process.argv.slice(1)) { const file = openSync(path, "r"); while (readSync(file, piece) > 0); }
`;

/** Files with the weights of all models. */
function weightFiles() {
  return [base, ...others].flatMap((model) =>
    readdirSync(model)
      .filter((file) => file.endsWith(".safetensors"))
      .map((file) => join(model, file)),
  );
}

/** The commands that take turns, by the name of their row. */
function commands() {
  const diff = (which) => ({
    name: `m2rl diff --spectra ${which}`,
    run: () =>
      measure(process.execPath, [
        beside("../../dist/cli.js"),
        ...["diff", base, ...others, "--spectra", which],
        ...["--threads", String(threads), "--json", at("diff.json")],
      ]),
  });
  const peer = {
    name: "PyTorch script, one expert",
    run: () =>
      measure(values.peer, [beside("diffPeer.py"), base, others[0]], {
        OMP_NUM_THREADS: String(threads),
      }),
  };
  return [
    {
      name: "plain reading",
      run: () => measure(process.execPath, ["-e", READ, ...weightFiles()]),
    },
    ...spectra.map(diff),
    ...(values.peer === undefined ? [] : [peer]),
  ];
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[
    Math.floor((numbers.length - 1) / 2)
  ];
}

/** Rows of the table; times are compared with the plain reading of the same round. */
function rowsOf(all) {
  const [plain] = all;
  return all.map(({ name, runs }) => {
    const seconds = Math.min(...runs.map((run) => run.seconds));
    const ratio = median(
      runs.map((run, i) => run.seconds / plain.runs[i].seconds),
    );
    const peak = Math.max(...runs.map((run) => run.peak));
    return [
      name,
      seconds.toFixed(1),
      (bytes / seconds / 1e9).toFixed(2),
      ratio.toFixed(1),
      Number.isNaN(peak) ? "?" : `${Math.round(peak / 1e6)} MB`,
    ];
  });
}

/** Both count the same changes, or the bench compares nothing. */
function checkSame(peer) {
  const [ours] = JSON.parse(readFileSync(at("diff.json"), "utf8")).all.experts;
  const { changed } = JSON.parse(peer.runs[0].stdout);
  if (Math.abs(changed / weights / ours.rate - 1) > 1e-6)
    throw new Error(
      `both must count the same changes, got ${ours.rate * weights} and ${changed}`,
    );
  return `Both count ${changed.toLocaleString("en")} changed weights (${(100 * ours.rate).toFixed(2)} %).`;
}

try {
  const began = performance.now();
  writeModels(folder, shape, experts);
  console.error(
    `${experts + 1} models made in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  const all = commands().map((command) => ({ ...command, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run, runs } of all) {
      runs.push(await run());
      const { seconds, peak } = runs.at(-1);
      console.error(
        `${name}: ${seconds.toFixed(1)} s, ${Math.round(peak / 1e6)} MB, load ${loadavg()[0].toFixed(1)}`,
      );
    }
  }
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const head = ["", "seconds", "GB/s", "× plain reading", "peak RSS"];
  console.log(
    [
      `Qwen3-${values.model} shapes, ${(weights / 1e9).toFixed(2)} G weights, base and ${experts} expert(s) in bfloat16, ${(bytes / 1e9).toFixed(1)} GB; best of ${rounds} rounds, ${threads} threads; Node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`,
      "",
      line(head),
      line(head.map((_, i) => (i === 0 ? "---" : "---:"))),
      ...rowsOf(all).map(line),
    ].join("\n"),
  );
  if (values.peer !== undefined) console.log(`\n${checkSame(all.at(-1))}`);
} finally {
  rmSync(folder, { recursive: true });
}
