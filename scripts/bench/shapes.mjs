/** Models of real shapes with random weights, and rows of random tokens, for benches that measure speed and memory. */
import { ADAMW } from "./trainWork.mjs";
const m2rl = await import("../../dist/index.js");

const QWEN3 = { ropeTheta: 1000000, rmsEps: 1e-6, headDim: 128, kvHeads: 8 };

/** Shapes by size: SmolLM2-135M, Qwen3-0.6B, Qwen3-4B. */
export const SHAPES = {
  "135m": {
    ...{ family: "llama", vocabSize: 49152, hiddenSize: 576 },
    ...{ intermediateSize: 1536, layers: 30, heads: 9, kvHeads: 3 },
    ...{ headDim: 64, ropeTheta: 100000, rmsEps: 1e-5, tieEmbeddings: true },
    maxPositions: 2048,
  },
  "0.6b": {
    ...{ ...QWEN3, vocabSize: 151936, hiddenSize: 1024 },
    ...{ intermediateSize: 3072, layers: 28, heads: 16 },
    ...{ tieEmbeddings: true, maxPositions: 4096 },
  },
  "4b": {
    ...{ ...QWEN3, vocabSize: 151936, hiddenSize: 2560 },
    ...{ intermediateSize: 9728, layers: 36, heads: 32 },
    ...{ tieEmbeddings: true, maxPositions: 4096 },
  },
};

/** A policy of a shape; made on the device, each matrix from a random row and column, since `initParams` would take longer than the bench. */
export function randomPolicy(config) {
  const { model, engine } = m2rl;
  engine.startEngine();
  const { tf } = engine;
  const matrix = ([rows, columns], seed) =>
    tf.tidy(() => {
      const column = tf.randomNormal([rows, 1], 0, 0.02, "float32", seed + 1);
      return tf.mul(column, tf.randomNormal([1, columns], 0, 1, "float32", 1));
    });
  const weights = new Map(
    [...model.parameterShapes(config)].map(([name, shape], i) => [
      name,
      shape.length === 1 ? tf.fill(shape, 1) : matrix(shape, i),
    ]),
  );
  return new model.Policy(config, weights);
}

/** What trains a policy here, as `npm run bench:train` does. */
export function learnerOf(policy, lora) {
  return new m2rl.train.Learner(policy, ADAMW, lora);
}

/** Rows of random tokens; what follows the prompt is trained. */
export function randomRows(config, { count, length, prompt = 0 }) {
  const random = new m2rl.random.Random(1, "rows");
  return Array.from({ length: count }, () => ({
    tokens: Array.from({ length }, () => random.int(0, config.vocabSize - 1)),
    mask: Array.from({ length }, (_, t) => t >= prompt),
  }));
}

/** Sample an answer of at most some tokens to each row. */
export function answersTo(policy, rows, { maxNewTokens, stop }) {
  return m2rl.model.generate(
    policy,
    rows.map(({ tokens }) => tokens),
    { maxNewTokens, stop, seed: 1, streams: rows.map((_, i) => String(i)) },
  );
}

/** Sample answers to random prompts, half of which are said to be right: the rows of a GRPO step. */
export function randomRollouts(policy, { count, prompt, completion }) {
  const rows = randomRows(policy.config, { count, length: prompt });
  const options = { maxNewTokens: completion, stop: 0 };
  const completions = answersTo(policy, rows, options);
  return completions.map(({ tokens, sampled, logprobs }, i) => ({
    tokens: [...rows[i].tokens, ...tokens],
    mask: [...rows[i].tokens.map(() => false), ...sampled],
    rollout: [...rows[i].tokens.map(() => 0), ...logprobs],
    advantage: i % 2 === 0 ? 1 : -1,
  }));
}
