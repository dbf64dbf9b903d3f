/** The work that both sides of `npm run bench:train` do: one token batch, prompts to go on from, tasks of a GRPO run. */
import { join } from "node:path";

/** Every side trains alike; the learning rate is so small that the policy, and with it the length of its answers, stays. */
export const ADAMW = {
  learningRate: 1e-6,
  betas: [0.9, 0.98],
  weightDecay: 0.1,
  clip: 1,
};

const SEED = 1;
/** Rows and tokens of the train step; no padding. */
const BATCH = [32, 128];
/** Rows and new tokens of the decoding that never stops. */
const DECODE = [64, 64];
const WIDE_DECODE = [256, 64];

/** Rows of a rectangle cut from the pre-training corpus. */
function corpusRows(m2rl, tokenizer, [rows, width]) {
  const tokens = [];
  for (let i = 0; tokens.length < rows * width; i++) {
    const random = new m2rl.random.Random(SEED, `bench/${i}`);
    tokens.push(...tokenizer.encode(m2rl.world.pretrainDocument(random)));
  }
  return Array.from({ length: rows }, (_, r) =>
    tokens.slice(r * width, (r + 1) * width),
  );
}

/**
 * Everything that the two sides read, as plain JSON.
 *
 * @param m2rl   the built library
 * @param steps  GRPO steps that will be asked for, warm-up included
 */
export function makeWork(m2rl, root, steps) {
  const model = join(root, "data", "nano", "base");
  const { policy, tokenizer } = m2rl.model.loadPolicy(model);
  policy.dispose();
  const order = {
    seed: SEED,
    name: "bench",
    domains: ["math"],
    weights: { math: 1 },
    levels: { math: m2rl.train.RL_LEVELS.math },
  };
  const promptsPerStep = 16;
  const groupSize = 16;
  // One step more: TRL's trainer hands out the last step's time when it begins the next.
  const tasks = Array.from({ length: steps + 1 }, (_, s) =>
    m2rl.train.tasksOfStep(order, s, promptsPerStep),
  ).flat();
  const prompt = (task) =>
    m2rl.tokenizer.renderChat(m2rl.domains.taskMessages(task), {
      addGenerationPrompt: true,
    });
  const encoded = (count) =>
    Array.from({ length: count }, (_, i) =>
      tokenizer.encode(prompt(tasks[i % tasks.length])),
    );
  const { maxNewTokens } = m2rl.domains.spec("math");
  const [padText, , stopText] = m2rl.tokenizer.SPECIAL_TOKENS;
  return {
    seed: SEED,
    model,
    adamw: ADAMW,
    batch: corpusRows(m2rl, tokenizer, BATCH),
    decode: { prompts: encoded(DECODE[0]), newTokens: DECODE[1] },
    wide: { prompts: encoded(WIDE_DECODE[0]), newTokens: WIDE_DECODE[1] },
    rollout: {
      prompts: tasks
        .slice(0, promptsPerStep)
        .flatMap((task) =>
          Array(groupSize).fill(tokenizer.encode(prompt(task))),
        ),
      newTokens: maxNewTokens,
      stop: tokenizer.id(stopText),
    },
    grpo: {
      name: order.name,
      seed: SEED,
      steps: steps + 1,
      promptsPerStep,
      groupSize,
      levels: order.levels.math,
      newTokens: maxNewTokens,
      rowsPerPass: promptsPerStep * groupSize,
      stopText,
      padText,
      tasks: tasks.map((task) => ({
        task,
        prompt: prompt(task),
        expected: task.data.answer,
      })),
    },
  };
}

/**
 * Floating-point operations of the model's matrix products for one token of a forward pass.
 *
 * @param context  positions that the token attends to, on average
 */
export function forwardFlops(config, context) {
  const { hiddenSize: C, heads, kvHeads, headDim: D } = config;
  const projections = C * D * (2 * heads + 2 * kvHeads);
  const feedForward = 3 * C * config.intermediateSize;
  const attention = 2 * heads * D * context;
  const head = C * config.vocabSize;
  return 2 * (config.layers * (projections + feedForward + attention) + head);
}
