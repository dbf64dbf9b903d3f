/**
 * What the crossings cost: `npm run bench:crossings`.
 *
 * A stage of a study: in a worker that `m2rl run` keeps, by `m2rl stage` alone (what make, Slurm and Ray call), and as a task of Ray where
 * Ray is set up. Tokens a second: our decoder here, and the same through `m2rl serve` and our client; with `--server URL --tokenizer DIR`
 * also through any other server. The ways take turns; figures are medians over the rounds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { evaluate, model, rollout, tokenizer } from "m2rl";
import { RAY_PYTHON, startRayHead } from "../rayHead.mjs";

const { values } = parseArgs({
  options: {
    stages: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    tasks: { type: "string", default: "4" },
    samples: { type: "string", default: "16" },
    server: { type: "string" },
    tokenizer: { type: "string" },
  },
});
const ROOT = join(import.meta.dirname, "..", "..");
const BASE = join(ROOT, "data", "nano", "base");
const CLI = join(ROOT, "dist", "cli.js");
const [stages, rounds] = [Number(values.stages), Number(values.rounds)];

const median = (list) => {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

/** Processor seconds of all processes that this one started and that have ended; NaN where the system does not say. */
function processorSeconds() {
  if (!existsSync("/proc/self/stat")) return NaN;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .split(") ")[1]
    .split(" ");
  // Of waited-for children, user and system, in hundredths.
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Each way in turn, round after round, behind some rounds that do not count. */
async function inTurns(ways, warming) {
  const lists = () =>
    Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  const [seconds, processor] = [lists(), lists()];
  for (let round = 1 - warming; round <= rounds; round++)
    for (const [way, work] of Object.entries(ways)) {
      const [begun, used] = [performance.now(), processorSeconds()];
      await work();
      if (round < 1) continue;
      seconds[way].push((performance.now() - begun) / 1000);
      processor[way].push(processorSeconds() - used);
    }
  return { seconds, processor };
}

const names = Array.from({ length: stages }, (_, i) => `m${i + 1}`);
const STUDY = `name: overhead
base: base
domains: [math]
seeds: [1]
models:
${names.map((name) => `  ${name}: { by: sft, from: base, steps: 1, batchSize: 1, learningRate: 0.0001, care: 1, slip: 0 }`).join("\n")}
measures:
  cost: { models: [m1], unit: m1 }
profiles:
  quick: {}
`;
const folder = mkdtempSync(join(tmpdir(), "m2rl-crossings-"));
cpSync(BASE, join(folder, "base"), { recursive: true });
writeFileSync(join(folder, "study.yml"), STUDY);

/** One command of m2rl, on the study from its beginning. */
async function m2rl(...args) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`m2rl ${args.join(" ")} ended with ${code}`);
}
const anew = () =>
  rmSync(join(folder, "runs"), { recursive: true, force: true });

async function stageCosts() {
  const ray = await startRayHead();
  const run = (...more) => {
    anew();
    return m2rl("run", folder, ...more);
  };
  const ways = {
    worker: () => run("--jobs", "1"),
    async alone() {
      anew();
      for (const name of names)
        await m2rl("stage", folder, `seed1/models/${name}`);
    },
    ...(ray && {
      ray: () => run("--on", `ray=${ray.url}`, "--python", RAY_PYTHON),
    }),
  };
  try {
    const { seconds, processor } = await inTurns(ways, 0);
    for (const [way, all] of Object.entries(seconds)) {
      const each = (list) => (median(list) / stages).toFixed(2);
      // Ray's processes are no children of this one.
      const own =
        way === "ray" ? "" : `, ${each(processor[way])} s of processor time`;
      console.log(`  ${way.padEnd(7)} ${each(all)} s a stage${own}`);
    }
    if (ray === null)
      console.log("  ray     not set up: npm run setup -- --with ray");
  } finally {
    await ray?.end();
  }
}

/** `m2rl serve` in a process of its own. */
async function serve() {
  const child = spawn(process.execPath, [CLI, "serve", BASE, "--port", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, url: line.split(" at ")[1] };
}

async function tokenRates() {
  const { policy, tokenizer: own } = model.loadPolicy(BASE);
  const tasks = evaluate.benchmark("aime24", { items: Number(values.tasks) });
  const samples = Number(values.samples);
  let counted = 0;
  /** The answers to one task after another, several samples together; every round asks the same. */
  const answer = (sampler) => async () => {
    counted = 0;
    for (const task of tasks) {
      const rows = await sampler.rollouts(
        Array.from({ length: samples }, () => task),
        { seed: 1, stream: "crossings" },
      );
      counted += rows.reduce(
        (sum, { sampled }) => sum + sampled.filter(Boolean).length,
        0,
      );
    }
  };
  const server = await serve();
  const near = await rollout.connectServer(server.url, own);
  const far =
    values.server === undefined
      ? null
      : await rollout.connectServer(
          values.server,
          tokenizer.Tokenizer.fromFile(
            join(values.tokenizer ?? BASE, "tokenizer.json"),
          ),
        );
  const rates = {};
  const timed = (way, work) => async () => {
    const begun = performance.now();
    await work();
    const seconds = (performance.now() - begun) / 1000;
    (rates[way] ??= []).push(counted / seconds);
  };
  try {
    await inTurns(
      {
        here: timed("here", answer(rollout.localSampler(policy, own))),
        serve: timed("serve", answer(near)),
        ...(far && { server: timed("server", answer(far)) }),
      },
      1,
    );
    for (const [way, [, ...all]] of Object.entries(rates))
      console.log(
        `  ${way.padEnd(7)} ${median(all).toFixed(0)} tokens a second`,
      );
    const ratios = rates.serve
      .slice(1)
      .map((rate, i) => rate / rates.here[i + 1]);
    console.log(
      `  serve over here, round by round: ${median(ratios).toFixed(2)}`,
    );
  } finally {
    near.close();
    far?.close();
    server.child.kill("SIGTERM");
    policy.dispose();
  }
}

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => process.exit(1));
console.log(
  `${cpus()[0].model}, ${availableParallelism()} threads, load ${loadavg()[0].toFixed(1)}; ${rounds} rounds`,
);
console.log("a stage");
await stageCosts();
rmSync(folder, { recursive: true });
console.log(
  `decoding, ${values.tasks} tasks of ${values.samples} samples, a task at a time`,
);
await tokenRates();
