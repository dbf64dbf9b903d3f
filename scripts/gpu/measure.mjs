/**
 * One measurement of `scripts/gpu-check.sh` in a process of its own, as one JSON line: node scripts/gpu/measure.mjs NAME [--tiny]
 *
 * M2RL_DEVICE and M2RL_DTYPE choose where and in what. --tiny takes sizes that a CPU can do, which proves the code and measures nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  answersTo,
  learnerOf,
  randomPolicy,
  randomRollouts,
  randomRows,
} from "../bench/shapes.mjs";
import { ADAMW, forwardFlops } from "../bench/trainWork.mjs";
import { sizesOf, workOf } from "./work.mjs";

const { engine, stats, train } = await import("../../dist/index.js");

const [name, ...flags] = process.argv.slice(2);
const sizes = sizesOf(flags.includes("--tiny"));

/** Best seconds of some repetitions after one that warms up; the work must end with a value that the device has computed. */
function best(repetitions, work) {
  const seconds = [];
  for (let i = 0; i <= repetitions; i++) {
    const started = performance.now();
    work();
    if (i > 0) seconds.push((performance.now() - started) / 1000);
  }
  return Math.min(...seconds);
}

/** Wait for the device. */
function finish(tensor) {
  engine.tf.tidy(() => engine.tf.sum(tensor).dataSync());
}

/** Gigabytes that the driver says are taken on the device; undefined without one. */
function deviceMemory() {
  if (process.env.M2RL_DEVICE !== "cuda") return undefined;
  const query = ["--query-gpu=memory.used", "--format=csv,noheader,nounits"];
  const { status, stdout } = spawnSync("nvidia-smi", query);
  return status === 0 ? Number.parseInt(String(stdout)) / 1024 : undefined;
}

function matmul() {
  const { size: n, repetitions } = sizes.matmul;
  engine.startEngine();
  const { tf } = engine;
  const [a, b] = [tf.ones([n, n]), tf.ones([n, n])];
  const seconds = best(3, () => {
    for (let i = 1; i < repetitions; i++) tf.matMul(a, b).dispose();
    const last = tf.matMul(a, b);
    finish(last);
    last.dispose();
  });
  return { seconds, tflops: (repetitions * 2 * n ** 3) / seconds / 1e12 };
}

/** Forward, backward, clipping and AdamW on rows of random tokens. */
function trainStep(config) {
  const { rows: count, length } = sizes.train;
  const policy = randomPolicy(config);
  const learner = learnerOf(policy);
  const rows = randomRows(config, { count, length });
  const tokens = count * length;
  const seconds = best(sizes.repetitions, () => {
    const options = { maxTokens: tokens, gradientCheckpointing: true };
    const losses = train.sftLosses(config, rows, tokens, options);
    learner.update(losses, ADAMW.learningRate, "gpu");
    finish([...policy.weights.values()].at(-1));
  });
  const flops = 3 * forwardFlops(config, length / 2) * tokens;
  return {
    ...{ seconds, tokens, tokensPerSecond: tokens / seconds },
    tflops: flops / seconds / 1e12,
    deviceGigabytes: deviceMemory(),
  };
}

/** Rows of random tokens that grow, without a stop token. */
function decode(config) {
  const { rows: count, prompt, newTokens } = sizes.decode;
  const policy = randomPolicy(config);
  const prompts = randomRows(config, { count, length: prompt });
  const options = { maxNewTokens: newTokens, stop: -1 };
  const seconds = best(sizes.repetitions, () =>
    answersTo(policy, prompts, options),
  );
  return {
    ...{ seconds, tokensPerSecond: (count * newTokens) / seconds },
    deviceGigabytes: deviceMemory(),
  };
}

/** A GRPO step of random weights: answers, their log-probabilities, one update. */
function grpoStep(config) {
  const { rows: count, prompt, newTokens: completion } = sizes.decode;
  const policy = randomPolicy(config);
  const learner = learnerOf(policy);
  const maxTokens = count * (prompt + completion);
  const seconds = best(sizes.repetitions, () => {
    const rows = randomRollouts(policy, { count, prompt, completion });
    const options = { maxTokens, gradientCheckpointing: true };
    const losses = train.grpoLosses(config, rows, options);
    learner.update(losses, ADAMW.learningRate, "gpu");
    finish([...policy.weights.values()].at(-1));
  });
  return { seconds, deviceGigabytes: deviceMemory() };
}

/** Does RL learn here? The expert in mathematics of the harder world, its reward at first and at last. */
async function nanoGrpo() {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-gpu-"));
  const rewards = [];
  const started = performance.now();
  try {
    await train.trainGrpo({
      ...{ seed: 1, name: "gpu", learningRate: 1e-4, ...sizes.nano },
      init: new URL("../../data/hard/weights/sft", import.meta.url).pathname,
      out: join(folder, "model"),
      log: join(folder, "log.jsonl"),
      domains: ["math"],
      onStep: ({ reward }) => rewards.push(reward),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const third = Math.ceil(rewards.length / 3);
  return {
    seconds: (performance.now() - started) / 1000,
    steps: rewards.length,
    firstReward: stats.mean(rewards.slice(0, third)),
    lastReward: stats.mean(rewards.slice(-third)),
  };
}

const KINDS = { matmul, train: trainStep, decode, grpo: grpoStep, nanoGrpo };
const { kind, shape } = workOf(name);
const result = await KINDS[kind](sizes.shape(shape));
console.log(JSON.stringify({ ...result, engine: engine.startEngine() }));
