/**
 * Training speed against PyTorch, transformers and TRL: `npm run bench:train`, `-- --help` lists the options.
 *
 * All sides (our engines, the peer) do the same work (trainWork.mjs) in processes of their own, in short rounds that alternate, so that
 * what else the machine does hits all; a ratio is the median over the rounds of the ratio inside a round.
 */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bootstrap } from "../bootstrap.mjs";
import { startSide } from "./side.mjs";
import { memoryStaysFlat } from "./trainMemory.mjs";
import { MEASURES, summarise, table } from "./trainTable.mjs";
import { makeWork } from "./trainWork.mjs";

const HELP = `npm run bench:train -- [options]

Compares, on the nano model and on the CPU: a train step with PyTorch, decoding with transformers' generate, a whole
GRPO step with TRL's GRPOTrainer. Prints a Markdown table.

  --peer PYTHON   a Python with torch, transformers and trl; without it the peer's figures are the recorded ones
  --engines LIST  of tensorflow, torch                       (default those that are set up)
  --threads LIST  threads of each side, one table row each  (default 1,2 up to the cores)
  --rounds N      rounds of each measure                    (default 9)
  --record        keep what was measured as the recorded figures; needs --peer
  --memory STEPS  instead: run STEPS small GRPO steps and fail unless memory stays flat (2000 takes minutes)
  --help          this text
`;

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");
const RECORDED = join(HERE, "trainPeer.json");

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        peer: { type: "string" },
        engines: { type: "string" },
        threads: { type: "string" },
        rounds: { type: "string", default: "9" },
        record: { type: "boolean", default: false },
        memory: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const count = (name, text) => {
      const number = Number(text);
      if (!Number.isInteger(number) || number < 1)
        throw new Error(`--${name} must be a positive integer, got ${text}`);
      return number;
    };
    const threads = values.threads?.split(",") ?? [
      ...new Set([1, Math.min(2, availableParallelism())]),
    ];
    if (values.record && !values.peer) throw new Error("--record needs --peer");
    return {
      ...values,
      rounds: count("rounds", values.rounds),
      threads: threads.map((text) => count("threads", text)),
      memory: values.memory && count("memory", values.memory),
    };
  } catch (error) {
    console.error(`bench:train: ${error.message}`);
    process.exit(2);
  }
}

/** All sides must do the same: equal loss of the first step, equal rewards for the same answers. */
async function checkEqual(ours, peer) {
  const request = { kind: "train", repeat: 1 };
  const { loss } = await peer.ask(request);
  for (const [engine, side] of ours) {
    const own = (await side.ask(request)).loss;
    if (!(Math.abs(own - loss) < 1e-4 * Math.abs(loss)))
      throw new Error(
        `losses must be equal, got ${own} on ${engine} and ${loss} of the peer`,
      );
    const { rows } = await side.ask({ kind: "rated" });
    const { rewards } = await peer.ask({
      kind: "rate",
      rows: rows.map(({ text, expected }) => [text, expected]),
    });
    rows.forEach(({ text, reward }, i) => {
      if (rewards[i] !== reward)
        throw new Error(
          `rewards must be equal, got ${reward} on ${engine} and ${rewards[i]} for ${JSON.stringify(text)}`,
        );
    });
    console.log(
      `${engine} and peer: loss ${own.toFixed(5)}, mean reward ${mean(rows.map(({ reward }) => reward)).toFixed(3)} on ${rows.length} answers`,
    );
  }
}

/** Measure everything at one number of threads. */
async function measure(workFile, threads, { rounds, engines, peer: python }) {
  const node = [join(HERE, "trainOurs.mjs"), workFile];
  const ours = engines.map((engine) => [
    engine,
    startSide(`trainOurs.mjs on ${engine}`, process.execPath, node, {
      M2RL_ENGINE: engine,
      TF_NUM_INTRAOP_THREADS: String(threads),
      OMP_NUM_THREADS: String(threads),
    }),
  ]);
  const peer =
    python &&
    startSide("train_peer.py", python, [
      join(HERE, "train_peer.py"),
      workFile,
      String(threads),
    ]);
  const sides = [...ours, ...(peer ? [["peer", peer]] : [])];
  try {
    const versions = peer && (await peer.ask({ kind: "versions" })).versions;
    if (peer) await checkEqual(ours, peer);
    const answers = new Map(MEASURES.map(({ kind }) => [kind, []]));
    const peaks = Object.fromEntries(engines.map((engine) => [engine, 0]));
    for (let round = -1; round < rounds; round++) {
      for (const [engine, side] of ours) {
        const { gflops } = await side.ask({ kind: "peak" });
        peaks[engine] = Math.max(peaks[engine], gflops);
      }
      for (const { kind, repeat } of MEASURES) {
        const answer = {};
        // Who goes first alternates too.
        for (const [name, side] of round % 2 ? sides : sides.toReversed())
          answer[name] = await side.ask({ kind, repeat });
        if (round >= 0) answers.get(kind).push(answer); // round −1 warms up
      }
    }
    return { answers, peaks, versions };
  } finally {
    await Promise.all(sides.map(([, side]) => side.quit()));
  }
}

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** What a GRPO step was like on each side: it shows that the work was alike, and where our time goes. */
function describeSteps(rounds) {
  const about = Object.keys(rounds[0]).map((side) => {
    const of = (field) => mean(rounds.map((round) => round[side][field]));
    const text = `${side} ${of("meanTokens").toFixed(1)} tokens per answer, reward ${of("reward").toFixed(3)}`;
    if (side === "peer") return text;
    const parts = Object.keys(rounds[0][side].parts).map(
      (part) =>
        `${part} ${mean(rounds.map((round) => round[side].parts[part])).toFixed(3)} s`,
    );
    return `${text} (${parts.join(", ")}; ${(100 * of("flatGroups")).toFixed(0)} % of the groups have equal rewards, whose gradient is zero and which ours leaves out)`;
  });
  return `GRPO step: ${about.join("; ")}`;
}

function load() {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");
}

function machine() {
  return `${cpus()[0].model.trim()}, ${cpus().length} cores, ${process.platform} ${process.arch}`;
}

async function compare(m2rl, options) {
  const recorded = existsSync(RECORDED)
    ? JSON.parse(readFileSync(RECORDED, "utf8"))
    : undefined;
  console.log(`machine: ${machine()}; load before ${load()}`);
  const folder = mkdtempSync(join(tmpdir(), "m2rl-bench-"));
  const rows = [];
  let versions = { node: process.version.slice(1) };
  try {
    const work = makeWork(m2rl, ROOT, options.rounds + 1);
    const workFile = join(folder, "work.json");
    writeFileSync(workFile, JSON.stringify(work));
    const config = m2rl.model.NANO_CONFIG;
    for (const threads of options.threads) {
      const result = await measure(workFile, threads, options);
      versions = { ...versions, ...result.versions };
      console.log(
        `\n${threads} thread(s): matrix product ${Object.entries(result.peaks)
          .map(([engine, peak]) => `${engine} ${peak.toFixed(0)} GFLOP/s`)
          .join(", ")}; ${describeSteps(result.answers.get("grpo"))}`,
      );
      for (const measured of MEASURES)
        for (const engine of options.engines) {
          const pairs = result.answers.get(measured.kind);
          const peak = result.peaks[engine];
          rows.push(
            summarise(measured, {
              ...{ engine, threads, pairs, peak, work, config },
            }),
          );
        }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const listed = Object.entries(versions).map((pair) => pair.join(" "));
  console.log(`load after ${load()}; ${listed.join(", ")}\n`);
  console.log(table(rows, options.peer ? [] : recorded?.rows));
  if (!options.peer && recorded)
    console.log(
      `\nrecorded: ${recorded.date}, ${recorded.machine}, ${Object.entries(
        recorded.versions,
      )
        .map((pair) => pair.join(" "))
        .join(", ")}`,
    );
  if (options.record) {
    const date = new Date().toISOString().slice(0, 10);
    const record = { date, machine: machine(), versions, rows };
    writeFileSync(RECORDED, `${JSON.stringify(record, null, 2)}\n`);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
try {
  await bootstrap({ quiet: true });
  const m2rl = await import("../../dist/index.js");
  if (options.memory) {
    const model = join(ROOT, "data", "nano", "base");
    const flat = await memoryStaysFlat(m2rl, model, options.memory);
    process.exitCode = flat ? 0 : 1;
  } else {
    const engines =
      options.engines?.split(",") ?? m2rl.engine.installedEngines();
    await compare(m2rl, { ...options, engines });
  }
} catch (error) {
  console.error(`bench:train: ${error.message}`);
  process.exitCode = 1;
}
