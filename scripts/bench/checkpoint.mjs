/**
 * How fast a checkpoint is read, written and scanned, beside plain reads and writes of the same bytes; needs `npm run build`.
 *
 * Usage: node scripts/bench/checkpoint.mjs [--gb N] [--rounds N]   (default 1 GB, 3 rounds; the file is made in the temporary folder)
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  Checkpoint,
  CheckpointWriter,
  hashFile,
  scanTensor,
} from "../../dist/checkpoint/index.js";
import { key as keyOf } from "../../dist/random.js";

const { values } = parseArgs({
  options: {
    gb: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
  },
});
const TENSORS = 8;
const CHUNK = 2 ** 20;
const ROWS = Math.ceil((Number(values.gb) * 1e9) / 2 / TENSORS / CHUNK);

const folder = mkdtempSync(join(tmpdir(), "m2rl-bench-"));
const path = join(folder, "model.safetensors");
const names = Array.from({ length: TENSORS }, (_, i) => `tensor.${i}`);
const chunk = Float32Array.from({ length: CHUNK }, (_, i) => Math.sin(i));
const key = keyOf(0, "bench");

/** Write the whole checkpoint; `rounding` as in `CheckpointWriter.write`. */
function write(rounding) {
  const specs = names.map((name) => ({
    name,
    dtype: "BF16",
    shape: [ROWS, CHUNK],
  }));
  const writer = CheckpointWriter.create(path, specs);
  for (const name of names)
    for (let row = 0; row < ROWS; row++)
      writer.write(name, row * CHUNK, chunk, rounding);
  writer.finish();
}

/** Read the file with plain readSync. */
function plainRead() {
  const file = openSync(path, "r");
  const piece = new Uint8Array(2 ** 20);
  while (readSync(file, piece) > 0);
  closeSync(file);
}

/** Write as many bytes with plain writeSync. */
function plainWrite() {
  const file = openSync(join(folder, "plain"), "w");
  const piece = new Uint8Array(2 * CHUNK).fill(1);
  for (let i = 0; i < TENSORS * ROWS; i++) writeSync(file, piece);
  closeSync(file);
}

function read() {
  const opened = Checkpoint.open(path);
  for (const { name, elements } of opened.tensors.values())
    for (let start = 0; start < elements; start += CHUNK)
      opened.read(name, start, chunk);
  opened.close();
}

function scan() {
  const opened = Checkpoint.open(path);
  for (const name of opened.tensors.keys()) scanTensor(opened, name);
  opened.close();
}

const WORK = [
  ["plain writeSync", plainWrite],
  ["write, rounded to nearest", () => write({ mode: "nearest" })],
  ["write, rounded at random", () => write({ mode: "stochastic", key })],
  ["plain readSync", plainRead],
  ["read as float32", read],
  ["scan", scan],
  ["SHA-256", () => hashFile(path)],
];

/** Gigabytes a second, by the clock and by the time of the processor: the second is steady on a machine that others use. */
function measure(work, bytes) {
  const begin = performance.now();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return {
    clock: bytes / (performance.now() - begin) / 1e6,
    processor: bytes / (user + system) / 1e3,
  };
}

try {
  write({ mode: "nearest" });
  const bytes = statSync(path).size;
  const best = new Map(
    WORK.map(([name]) => [name, { clock: 0, processor: 0 }]),
  );
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, work] of WORK) {
      const { clock, processor } = measure(work, bytes);
      const old = best.get(name);
      old.clock = Math.max(old.clock, clock);
      old.processor = Math.max(old.processor, processor);
    }
  const load = loadavg()[0].toFixed(1);
  console.log(
    `${(bytes / 1e9).toFixed(2)} GB of BF16, best of ${values.rounds} rounds; Node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores, load ${load}`,
  );
  console.log(`${"".padEnd(26)} GB/s by the clock  by processor time`);
  for (const [name, { clock, processor }] of best)
    console.log(
      `${name.padEnd(26)} ${clock.toFixed(2).padStart(17)} ${processor.toFixed(2).padStart(18)}`,
    );
  const { maxRSS } = process.resourceUsage();
  console.log(`peak resident set: ${(maxRSS / 1e3).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}
