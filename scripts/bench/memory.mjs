/**
 * Peak memory of one supervised and one GRPO step of a model of random weights, or of the merge of three, each in a process of its own.
 *
 *   node scripts/bench/memory.mjs [sft|grpo|merge] [--model 135m|0.6b|4b] [--plain] [--lora 16] [--tokens 4096] [--steps 2]
 *
 * --model: the shape of SmolLM2-135M, Qwen3-0.6B or Qwen3-4B. --plain: without gradient
 * checkpointing (merge: with all models in memory instead of as a study merges). --lora: train an adapter of that rank on all linear layers. Prints the peak resident memory of the process and the seconds of a step; M2RL_ENGINE and M2RL_DTYPE choose the engine.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  learnerOf,
  randomPolicy,
  randomRollouts,
  randomRows,
  SHAPES,
} from "./shapes.mjs";
const m2rl = await import("../../dist/index.js");

const PROMPT = 64;
const COMPLETION = 192;

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback;
const kinds = args.filter((arg) => ["sft", "grpo", "merge"].includes(arg));
const tokens = option("--tokens", 4096);
const steps = option("--steps", 2);
const rank = option("--lora", 0);
const size = args.includes("--model")
  ? args[args.indexOf("--model") + 1]
  : "135m";
const CONFIG = SHAPES[size];

const gigabytes = (bytes) => (bytes / 1e9).toFixed(2);

function learnerOfRandomWeights() {
  const { model } = m2rl;
  const policy = randomPolicy(CONFIG);
  const { LORA_TARGETS: targets } = model;
  const lora =
    rank > 0
      ? new model.Lora(policy, { rank, alpha: 2 * rank, targets }, 1)
      : undefined;
  return learnerOf(policy, lora);
}

function losses(kind, { policy }, gradientCheckpointing) {
  const { train } = m2rl;
  const options = { maxTokens: tokens, gradientCheckpointing };
  if (kind === "sft") {
    const rows = randomRows(CONFIG, { count: tokens / 256, length: 256 });
    return train.sftLosses(CONFIG, rows, tokens, options);
  }
  const samples = randomRollouts(policy, {
    count: tokens / (PROMPT + COMPLETION),
    ...{ prompt: PROMPT, completion: COMPLETION },
  });
  return train.grpoLosses(CONFIG, samples, options);
}

function measure(kind, gradientCheckpointing) {
  const learner = learnerOfRandomWeights();
  const seconds = [];
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    learner.update(losses(kind, learner, gradientCheckpointing), 1e-5, kind);
    seconds.push((performance.now() - start) / 1000);
  }
  const peak = process.resourceUsage().maxRSS * 1024;
  const how = `${gradientCheckpointing ? "gradient checkpointing" : "plain"}${rank > 0 ? `, LoRA of rank ${rank}` : ""}`;
  console.log(
    `| ${kind}, ${how} | ${tokens} | ${gigabytes(peak)} | ${Math.min(...seconds).toFixed(1)} |`,
  );
}

/** TIES of three models on disk, in bfloat16, whose values are a few thousand random numbers again and again. */
function measureMerge() {
  const { checkpoint, model, random } = m2rl;
  const folder = mkdtempSync(join(tmpdir(), "m2rl-merge-"));
  const paths = ["base", "a", "b", "c"].map((name) => {
    const draw = new random.Random(1, name);
    const numbers = Float32Array.from({ length: 9973 }, () => draw.normal());
    const params = new Map();
    for (const [key, shape] of model.parameterShapes(CONFIG))
      params.set(key, {
        ...{ dtype: "BF16", shape },
        get data() {
          const size = shape.reduce((a, b) => a * b, 1);
          return Float32Array.from(
            { length: size },
            (_, i) => numbers[i % 9973],
          );
        },
      });
    const path = join(folder, `${name}.safetensors`);
    checkpoint.writeSafetensors(path, params);
    return path;
  });
  const self = fileURLToPath(import.meta.url);
  const given = [...paths, join(folder, "out.safetensors")];
  spawnSync(process.execPath, [self, ...args, "--at", ...given], {
    stdio: "inherit",
  });
  rmSync(folder, { recursive: true });
}

function mergeAt([base, ...others], isPlain) {
  const { checkpoint, merge } = m2rl;
  const out = others.pop();
  const start = performance.now();
  const open = (path) =>
    isPlain
      ? checkpoint.readSafetensors(path)
      : checkpoint.storedParams(checkpoint.Checkpoint.open(path));
  const { merge: inMemory, mergeWhileRead } = merge.methods.ties;
  const by = isPlain ? inMemory : mergeWhileRead;
  checkpoint.writeSafetensors(out, by(open(base), others.map(open)));
  const seconds = (performance.now() - start) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    `| TIES of three ${size} models, ${isPlain ? "in memory" : "tensor by tensor"} | | ${gigabytes(peak)} | ${seconds.toFixed(1)} |`,
  );
}

if (args.includes("--at"))
  mergeAt(args.slice(args.indexOf("--at") + 1), args.includes("--plain"));
else if (kinds[0] === "merge") measureMerge();
else if (kinds.length === 1) measure(kinds[0], !args.includes("--plain"));
else {
  console.log(`| step of a ${size} model | tokens | peak GB | seconds |`);
  console.log("|---|---:|---:|---:|");
  for (const kind of ["sft", "grpo"]) {
    const self = fileURLToPath(import.meta.url);
    spawnSync(process.execPath, [self, kind, ...args], {
      stdio: ["ignore", "inherit", "ignore"],
    });
  }
}
