/**
 * Peak memory of one supervised and one GRPO step of a model of random weights, or of the merge of three, each in a process of its own.
 *
 *   node scripts/bench/memory.mjs [sft|grpo|merge] [--model 135m] [--plain] [--lora 16] [--tokens 4096] [--steps 2]
 *
 * --model: 135m (the shape of SmolLM2-135M, vocabulary 49,152) or 0.6b (that of Qwen3-0.6B, vocabulary 151,936). --plain: without gradient
 * checkpointing (merge: with all models in memory instead of as a study merges). --lora: train an adapter of that rank on all linear layers. Prints the peak resident memory of the process and the seconds of a step; M2RL_ENGINE and M2RL_DTYPE choose the engine.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
const m2rl = await import("../../dist/index.js");

const CONFIGS = {
  "135m": {
    ...{ family: "llama", vocabSize: 49152, hiddenSize: 576 },
    ...{
      intermediateSize: 1536,
      layers: 30,
      heads: 9,
      kvHeads: 3,
      headDim: 64,
    },
    ...{ ropeTheta: 100000, rmsEps: 1e-5, tieEmbeddings: true },
    maxPositions: 2048,
  },
  "0.6b": {
    ...{ vocabSize: 151936, hiddenSize: 1024, intermediateSize: 3072 },
    ...{ layers: 28, heads: 16, kvHeads: 8, headDim: 128 },
    ...{ ropeTheta: 1000000, rmsEps: 1e-6, tieEmbeddings: true },
    maxPositions: 4096,
  },
};
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
const CONFIG = CONFIGS[size];

const gigabytes = (bytes) => (bytes / 1e9).toFixed(2);

function learnerOfRandomWeights() {
  const { model, engine, train } = m2rl;
  engine.startEngine();
  // Made on the device, each matrix from a random row and column: what is measured is training, not initParams.
  const { tf } = engine;
  const matrix = ([rows, columns], seed) =>
    tf.tidy(() => {
      const column = tf.randomNormal([rows, 1], 0, 0.02, "float32", seed + 1);
      return tf.mul(column, tf.randomNormal([1, columns], 0, 1, "float32", 1));
    });
  const weights = new Map(
    [...model.parameterShapes(CONFIG)].map(([name, shape], i) => [
      name,
      shape.length === 1 ? tf.fill(shape, 1) : matrix(shape, i),
    ]),
  );
  const policy = new model.Policy(CONFIG, weights);
  const { LORA_TARGETS: targets } = model;
  const lora =
    rank > 0
      ? new model.Lora(policy, { rank, alpha: 2 * rank, targets }, 1)
      : undefined;
  const adam = { betas: [0.9, 0.98], weightDecay: 0.1, clip: 1 };
  return new train.Learner(policy, adam, lora);
}

/** Rows of random tokens; the second part of each is trained. */
function randomRows(count, length, prompt) {
  const random = new m2rl.random.Random(1, "memory");
  return Array.from({ length: count }, () => ({
    tokens: Array.from({ length }, () => random.int(0, CONFIG.vocabSize - 1)),
    mask: Array.from({ length }, (_, t) => t >= prompt),
  }));
}

function losses(kind, learner, gradientCheckpointing) {
  const { train, model } = m2rl;
  const options = { maxTokens: tokens, gradientCheckpointing };
  const { policy } = learner;
  if (kind === "sft")
    return train.sftLosses(
      CONFIG,
      randomRows(tokens / 256, 256, 0),
      tokens,
      options,
    );
  const prompts = randomRows(tokens / (PROMPT + COMPLETION), PROMPT, 0);
  const completions = model.generate(
    policy,
    prompts.map((row) => row.tokens),
    {
      ...{ maxNewTokens: COMPLETION, stop: 0, seed: 1 },
      streams: prompts.map((_, i) => String(i)),
    },
  );
  const samples = completions.map((completion, i) => ({
    tokens: [...prompts[i].tokens, ...completion.tokens],
    mask: [...prompts[i].tokens.map(() => false), ...completion.sampled],
    rollout: [...prompts[i].tokens.map(() => 0), ...completion.logprobs],
    advantage: i % 2 === 0 ? 1 : -1,
  }));
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
