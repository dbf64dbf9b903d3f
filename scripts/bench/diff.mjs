/**
 * How fast `m2rl diff` compares experts with their base, beside plain reads of the same bytes and a PyTorch script; needs `npm run build`.
 *
 * Usage: node scripts/bench/diff.mjs [--model 0.6b|1.7b|4b] [--rounds N] [--threads N] [--experts N] [--spectra none|corresponding]
 *   [--peer PYTHON]
 *
 * The models have the shapes of Qwen3 and are written to the temporary folder, all bfloat16: base and one expert take 2.4 GB for 0.6b
 * (default), 16 GB for 4b. A third of an expert's weights differ from the base by one step. The peer knows one expert only. Every measurement is a process of its own; what is printed are its seconds and its largest resident set.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as analysis from "../../dist/analysis/index.js";
import * as checkpoint from "../../dist/checkpoint/index.js";
import * as random from "../../dist/random.js";

/** Width, layers, query and key heads of 128, width of the feed-forward block; the vocabulary is tied. */
const MODELS = {
  "0.6b": { width: 1024, layers: 28, heads: 16, keys: 8, inner: 3072 },
  "1.7b": { width: 2048, layers: 28, heads: 16, keys: 8, inner: 6144 },
  "4b": { width: 2560, layers: 36, heads: 32, keys: 8, inner: 9728 },
};
const VOCABULARY = 151_936;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "0.6b" },
    rounds: { type: "string", default: "3" },
    threads: {
      type: "string",
      default: String(Math.min(3, availableParallelism())),
    },
    experts: { type: "string", default: "1" },
    spectra: { type: "string", default: "none" },
    peer: { type: "string" },
    // What a measuring process is started with.
    measure: { type: "string" },
    file: { type: "string", multiple: true },
  },
});

function shapes({ width, layers, heads, keys, inner }) {
  const list = { "model.embed_tokens.weight": [VOCABULARY, width] };
  for (let layer = 0; layer < layers; layer++) {
    const matrices = {
      "self_attn.q_proj": [heads * 128, width],
      "self_attn.k_proj": [keys * 128, width],
      "self_attn.v_proj": [keys * 128, width],
      "self_attn.o_proj": [width, heads * 128],
      "mlp.gate_proj": [inner, width],
      "mlp.up_proj": [inner, width],
      "mlp.down_proj": [width, inner],
    };
    for (const [name, shape] of Object.entries(matrices))
      list[`model.layers.${layer}.${name}.weight`] = shape;
    list[`model.layers.${layer}.input_layernorm.weight`] = [width];
  }
  return { ...list, "model.norm.weight": [width] };
}

/** Normal weights as bfloat16 bits, and for each expert the same with a third moved by one step. */
function drawn(count, experts) {
  const source = new random.Random(1, "bench/diff");
  const weights = Float32Array.from(
    { length: count },
    () => 0.02 * source.normal(),
  );
  const base = new Uint16Array(count);
  checkpoint.encodeInto("BF16", weights, new Uint8Array(base.buffer));
  return [
    base,
    ...Array.from({ length: experts }, () =>
      base.map((bits) => (source.chance(1 / 3) ? bits ^ 1 : bits)),
    ),
  ];
}

/** Write the models, each tensor a stretch of the drawn numbers that begins at another place. */
function writeModels(paths, list) {
  const pools = drawn(2 ** 22, paths.length - 1);
  const names = Object.keys(list);
  paths.forEach((path, m) => {
    const writer = checkpoint.CheckpointWriter.create(
      path,
      names.map((name) => ({ name, dtype: "BF16", shape: list[name] })),
    );
    const pool = new Uint8Array(pools[m].buffer);
    names.forEach((name, i) => {
      const bytes = 2 * list[name].reduce((a, b) => a * b, 1);
      let from = (2 * 7919 * i) % pool.length;
      for (let done = 0; done < bytes; from = 0) {
        const part = pool.subarray(from, from + bytes - done);
        writer.writeBytes(name, done, part);
        done += part.length;
      }
    });
    writer.finish();
  });
}

const MEASURES = {
  plain(paths) {
    const piece = new Uint8Array(2 ** 20);
    for (const path of paths) {
      const file = openSync(path, "r");
      while (readSync(file, piece) > 0);
      closeSync(file);
    }
  },
  async ours([base, ...experts]) {
    const shift = await analysis.weightShiftOfFiles(
      base,
      Object.fromEntries(experts.map((path, i) => [`expert${i}`, path])),
      { threads: Number(values.threads), spectra: values.spectra },
    );
    const { changed, squares } = analysis.combine(shift.tensors).sums
      .experts[0];
    return { changed, squares };
  },
};

/** Run one measurement in a process of its own. */
function measured(name, paths) {
  const own = fileURLToPath(import.meta.url);
  const [program, ...args] =
    name === "peer"
      ? [values.peer, fileURLToPath(new URL("diffPeer.py", import.meta.url))]
      : [process.execPath, own, "--measure", name];
  const options = ["threads", "spectra"].flatMap((key) => [
    `--${key}`,
    values[key],
  ]);
  const { status, stdout, stderr } = spawnSync(
    program,
    name === "peer"
      ? [...args, ...paths]
      : [...args, ...options, ...paths.flatMap((path) => ["--file", path])],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The measuring process: do it, say what it took. */
async function measure() {
  const begin = performance.now();
  const found = await MEASURES[values.measure](values.file);
  const seconds = (performance.now() - begin) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(
    JSON.stringify({
      seconds,
      cpu: (userCPUTime + systemCPUTime) / 1e6,
      rss: maxRSS * 1024,
      found,
    }),
  );
}

function benchmark() {
  if (values.peer !== undefined && values.experts !== "1")
    throw new Error(`--peer must go with one expert, got ${values.experts}`);
  const list = shapes(MODELS[values.model]);
  const folder = mkdtempSync(join(tmpdir(), "m2rl-diff-bench-"));
  const paths = Array.from({ length: 1 + Number(values.experts) }, (_, i) =>
    join(folder, `${i === 0 ? "base" : `expert${i}`}.safetensors`),
  );
  try {
    writeModels(paths, list);
    const weights = Object.values(list).reduce(
      (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    const names = ["plain", "ours", ...(values.peer ? ["peer"] : [])];
    const all = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++)
      for (const name of names) all[name].push(measured(name, paths));
    report(all, 2 * paths.length * weights, weights);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(all, bytes, weights) {
  const load = loadavg()[0].toFixed(1);
  console.log(
    `${values.model}: ${(weights / 1e9).toFixed(2)} G weights, base and ${values.experts} expert(s) of together ${(bytes / 1e9).toFixed(2)} GB; ${values.rounds} rounds, ${values.threads} threads, spectra ${values.spectra}; ` +
      `Node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores, load ${load}`,
  );
  const median = (numbers) =>
    [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
  for (const [name, runs] of Object.entries(all)) {
    const seconds = Math.min(...runs.map((run) => run.seconds));
    const cpu = Math.min(...runs.map((run) => run.cpu));
    const rss = Math.max(...runs.map((run) => run.rss));
    const ratio = median(
      runs.map((run, i) => run.seconds / all.plain[i].seconds),
    );
    console.log(
      `${name.padEnd(6)} best ${seconds.toFixed(2)} s, ${(bytes / seconds / 1e9).toFixed(2)} GB/s, CPU ${cpu.toFixed(2)} s; ` +
        `median ${ratio.toFixed(1)} × plain reading; largest resident set ${(rss / 1e6).toFixed(0)} MB`,
    );
  }
  if (all.peer === undefined) return;
  const paired = median(
    all.peer.map((run, i) => run.seconds / all.ours[i].seconds),
  );
  const [ours, peer] = [all.ours[0].found, all.peer[0].found];
  if (ours.changed !== peer.changed)
    throw new Error(
      `both must count the same changes, got ${ours.changed} and ${peer.changed}`,
    );
  console.log(
    `peer takes ${paired.toFixed(2)} × our time (median of pairs) and finds the same: ${ours.changed} weights changed, ‖τ‖² ${ours.squares} and ${peer.squares}`,
  );
}

if (values.measure === undefined) benchmark();
else await measure();
