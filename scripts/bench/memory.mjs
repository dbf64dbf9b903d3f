/**
 * Peak memory of one supervised and one GRPO step of a model of 135 million random weights (the shape of SmolLM2-135M, vocabulary
 * 49,152), each in a process of its own.
 *
 *   node scripts/bench/memory.mjs [sft|grpo] [--plain] [--tokens 4096] [--steps 2]
 *
 * --plain: without gradient checkpointing. Prints the peak resident memory of the process and the seconds of a step.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
const m2rl = await import("../../dist/index.js");

const CONFIG = {
  vocabSize: 49152,
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  ropeTheta: 100000,
  rmsEps: 1e-5,
  tieEmbeddings: true,
  maxPositions: 2048,
};
const PROMPT = 64;
const COMPLETION = 192;

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback;
const kinds = args.filter((arg) => arg === "sft" || arg === "grpo");
const tokens = option("--tokens", 4096);
const steps = option("--steps", 2);

const gigabytes = (bytes) => (bytes / 1e9).toFixed(2);

function learnerOfRandomWeights() {
  const { model, engine, train } = m2rl;
  engine.startEngine();
  // Made on the device: what is measured is training, not initParams.
  const normal = (shape, seed) => {
    const { tf } = engine;
    return tf.tidy(() => {
      const [values] = engine.rawOp(
        "RandomStandardNormal",
        [tf.tensor1d(shape, "int32")],
        {
          ...{ dtype: { type: "float32" }, T: { type: "int32" } },
          ...{ seed: { int: seed + 1 }, seed2: { int: 1 } },
        },
      );
      return tf.mul(values, 0.02);
    });
  };
  const weights = new Map(
    [...model.parameterShapes(CONFIG)].map(([name, shape], i) => [
      name,
      shape.length === 1 ? engine.tf.fill(shape, 1) : normal(shape, i),
    ]),
  );
  return new train.Learner(new model.Policy(CONFIG, weights), {
    betas: [0.9, 0.98],
    weightDecay: 0.1,
    clip: 1,
  });
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
  const how = gradientCheckpointing ? "gradient checkpointing" : "plain";
  console.log(
    `| ${kind}, ${how} | ${tokens} | ${gigabytes(peak)} | ${Math.min(...seconds).toFixed(1)} |`,
  );
}

if (kinds.length === 1) measure(kinds[0], !args.includes("--plain"));
else {
  console.log("| step of a 135M model | tokens | peak GB | seconds |");
  console.log("|---|---:|---:|---:|");
  for (const kind of ["sft", "grpo"]) {
    const self = fileURLToPath(import.meta.url);
    spawnSync(process.execPath, [self, kind, ...args], {
      stdio: ["ignore", "inherit", "ignore"],
    });
  }
}
