import { describe, expect, test } from "vitest";
import { startEngine, tf } from "../../src/engine/index.js";
import {
  initParams,
  microBatches,
  Policy,
  scoreSequences,
} from "../../src/model/index.js";
import { renderChat, Tokenizer } from "../../src/tokenizer/index.js";
import { sftLosses } from "../../src/train/index.js";
import { lossAndGradient } from "../../src/train/optim/gradient.js";
import { learningRateAt } from "../../src/train/optim/schedule.js";
import { encodeChat, sftBatch } from "../../src/train/sftExamples.js";
import { PICO } from "../model/pico.js";
import { picoLearner, TOKENIZER_JSON } from "./fixture.js";

startEngine();

const batch = [
  { tokens: [5, 9, 3, 17, 2], mask: [false, false, true, true, true] },
  { tokens: [7, 1, 40], mask: [false, true, true] },
  { tokens: [8, 8], mask: [true, false] },
];

describe("sftLosses", () => {
  test("sum to the token mean over the whole batch, however it is cut", () => {
    const policy = Policy.fromParams(initParams(PICO, 4), PICO);
    const scores = scoreSequences(
      policy,
      batch.map(({ tokens }) => tokens),
    );
    const expected =
      -(
        scores[0]![2]! +
        scores[0]![3]! +
        scores[0]![4]! +
        scores[1]![1]! +
        scores[1]![2]!
      ) / 5;
    for (const maxTokens of [4, 100]) {
      const { loss } = lossAndGradient(
        policy.weights,
        sftLosses(PICO, batch, maxTokens),
      );
      expect(loss).toBeCloseTo(expected, 5);
    }
  });

  test("a pico model learns a tiny batch by heart", () => {
    const learner = picoLearner();
    let loss = Infinity;
    for (let step = 0; step < 100; step++) {
      loss = learner.update(sftLosses(PICO, batch, 100), 1e-2, "overfit").loss;
    }
    expect(loss).toBeLessThan(0.01);
    learner.dispose();
  });
});

describe("a learner", () => {
  test("holds the same number of tensors after 1,000 updates", () => {
    const learner = picoLearner({ store: "bfloat16" });
    const losses = sftLosses(PICO, batch.slice(1, 2), 100);
    learner.update(losses, 1e-3, "leak");
    const before = tf.memory().numTensors;
    for (let step = 0; step < 1000; step++)
      learner.update(losses, 1e-3, "leak");
    expect(tf.memory().numTensors).toBe(before);
    learner.dispose();
  }, 400_000);

  test("stops with a TrainError that names step, seed and tensor, and keeps its weights", () => {
    const learner = picoLearner();
    const name = "model.layers.1.mlp.up_proj.weight";
    const old = learner.policy.weights.get(name)!;
    learner.policy.weights.set(name, tf.mul(old, NaN));
    const before = learner.toParams();
    const tensors = tf.memory().numTensors;
    expect(() =>
      learner.update(
        sftLosses(PICO, batch, 100),
        1e-3,
        "trainSft: step 7 (seed 3)",
      ),
    ).toThrow(
      `trainSft: step 7 (seed 3): loss and gradient must be finite, got loss NaN and gradient norm NaN; first in weight "${name}"`,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(learner.toParams()).toEqual(before);
    learner.dispose();
  });

  test("goes back exactly to what toParams returned", () => {
    const losses = sftLosses(PICO, batch, 100);
    const learner = picoLearner();
    learner.update(losses, 1e-2, "a");
    const saved = learner.toParams();
    learner.update(losses, 1e-2, "b");
    const after = learner.toParams();
    const other = picoLearner();
    other.restore(saved);
    expect(other.toParams()).toEqual(saved);
    other.update(losses, 1e-2, "b");
    expect(other.toParams()).toEqual(after);
    learner.dispose();
    other.dispose();
  });
});

describe("microBatches(lengths, maxTokens)", () => {
  test("puts every index once, sorted by length, within the budget", () => {
    const lengths = Array.from(
      { length: 200 },
      (_, i) => 20 + ((i * 37) % 150),
    );
    const batches = microBatches(lengths, 4096);
    expect([...batches.flat()].sort((a, b) => a - b)).toEqual(
      lengths.map((_, i) => i),
    );
    const sorted = batches.flat().map((i) => lengths[i]!);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    for (const rows of batches) {
      expect(
        rows.length * Math.max(...rows.map((i) => lengths[i]!)),
      ).toBeLessThanOrEqual(4096);
    }
  });
  test("gives a sequence over the budget a micro-batch of its own", () => {
    expect(microBatches([5000, 3, 6000], 4096)).toEqual([[1], [0], [2]]);
  });
  test("cuts where padding costs more than another pass, and only there", () => {
    expect(microBatches([10, 11, 12], 8192)).toEqual([[0, 1, 2]]);
    expect(microBatches([3, 900, 4], 8192)).toEqual([[0, 2], [1]]);
    expect(microBatches([], 8192)).toEqual([]);
  });
});

describe("learningRateAt", () => {
  const base = { learningRate: 1, steps: 100, warmup: 10 };
  test("rises over the warm-up and falls to the final fraction", () => {
    expect(
      learningRateAt(0, { ...base, decay: "constant", final: 1 }),
    ).toBeCloseTo(0.1, 12);
    expect(
      learningRateAt(50, { ...base, decay: "linear", final: 0.05 }),
    ).toBeCloseTo(0.525, 12);
    expect(
      learningRateAt(99, { ...base, decay: "linear", final: 0.05 }),
    ).toBeCloseTo(0.0595, 12);
    expect(
      learningRateAt(50, { ...base, decay: "cosine", final: 0.1 }),
    ).toBeCloseTo(0.55, 12);
    expect(
      learningRateAt(99, { ...base, warmup: 0, decay: "constant", final: 1 }),
    ).toBe(1);
  });
});

describe("encodeChat", () => {
  const tokenizer = Tokenizer.fromJson(TOKENIZER_JSON);
  const chat = [
    { role: "user" as const, content: "2+2?" },
    { role: "assistant" as const, content: "4", reasoning: "2+2=4" },
  ];
  test("the mask covers what the assistant says, its end token included, and nothing else", () => {
    const { tokens, mask } = encodeChat(tokenizer, chat, 512);
    expect(tokens).toEqual(tokenizer.encode(renderChat(chat)));
    expect(tokenizer.decode(tokens.filter((_, t) => mask[t]))).toBe(
      "<think>\n2+2=4\n</think>\n\n4<|im_end|>",
    );
  });
  test("throws TrainError when the chat is longer than the model's positions", () => {
    expect(() => encodeChat(tokenizer, chat, 5)).toThrow(
      /^encodeChat: chat must have at most 5 tokens, got \d+$/,
    );
  });
});

describe("sftBatch", () => {
  test("goes through all examples once an epoch, in an order of its own", () => {
    const examples = [0, 1, 2, 3, 4, 5, 6];
    const steps = [0, 1, 2, 3, 4, 5, 6]
      .map((s) => sftBatch(examples, 1, s, 2))
      .flat();
    expect([...steps.slice(0, 7)].sort()).toEqual(examples);
    expect([...steps.slice(7)].sort()).toEqual(examples);
    expect(steps.slice(0, 7)).not.toEqual(steps.slice(7));
  });
});
