import { describe, expect, test } from "vitest";
import { taskMessages, type Task } from "../../src/domains/index.js";
import {
  initParams,
  Policy,
  scoreSequences,
  type ModelConfig,
} from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { rollouts } from "../../src/rollout/index.js";
import {
  encodeChat,
  Learner,
  policySamples,
  sftLosses,
} from "../../src/train/index.js";
import {
  renderChat,
  SPECIAL_TOKENS,
  Tokenizer,
  trainBpe,
} from "../../src/tokenizer/index.js";
import {
  drawTask,
  pretrainDocument,
  worldSpec,
} from "../../src/world/index.js";
import { PICO } from "../model/pico.js";

const random = new Random(1, "corpus");
const tokenizer = Tokenizer.fromJson(
  trainBpe(
    Array.from({ length: 200 }, () => pretrainDocument(random)),
    { vocabSize: 320 },
  ),
);
const config: ModelConfig = {
  ...PICO,
  vocabSize: tokenizer.size,
  maxPositions: 512,
};
const policy = Policy.fromParams(initParams(config, 1), config);
const tasks = (
  ["math", "coding", "science", "instruction", "agent"] as const
).map((domain) =>
  drawTask(domain, new Random(2, domain), { split: "train", level: 1 }),
);

describe("rollouts", () => {
  test("an untrained policy scores 0 in every domain, with an outcome that says why", () => {
    for (const rollout of rollouts(policy, tokenizer, tasks, {
      seed: 1,
      stream: "a",
    })) {
      expect(rollout.verdict.reward).toBe(0);
      expect(["wrong", "noAnswer", "truncated"]).toContain(
        rollout.verdict.outcome,
      );
      expect(rollout.tokens.length).toBe(rollout.sampled.length);
      expect(rollout.tokens.length).toBe(rollout.logprobs.length);
    }
  });

  test("the same seed and stream give the same rollouts; another stream gives others", () => {
    const once = rollouts(policy, tokenizer, tasks, { seed: 1, stream: "a" });
    expect(
      rollouts(policy, tokenizer, tasks, { seed: 1, stream: "a" }),
    ).toEqual(once);
    expect(
      rollouts(policy, tokenizer, tasks, { seed: 1, stream: "b" })[0]!.tokens,
    ).not.toEqual(once[0]!.tokens);
  });

  test("a group's members differ and share one prompt", () => {
    const group = rollouts(policy, tokenizer, [tasks[0]!, tasks[0]!], {
      seed: 1,
      stream: "a",
    });
    expect(group[0]!.promptTokens).toBe(group[1]!.promptTokens);
    expect(group[0]!.tokens).not.toEqual(group[1]!.tokens);
  });
});

describe("an agent rollout", () => {
  test("is token for token what the chat template renders for the whole history", () => {
    // A pico policy learns one demonstration by heart, then acts in the real environment.
    const task = tasks[4]!;
    const demonstration = worldSpec("agent").demonstrate(task, new Random(3), {
      careful: true,
      slip: 0,
    });
    const history = [...taskMessages(task), ...demonstration];
    const example = encodeChat(tokenizer, history, config.maxPositions);
    const learner = new Learner(
      Policy.fromParams(initParams(config, 2), config),
      {
        betas: [0.9, 0.95],
        weightDecay: 0,
        clip: 1,
      },
    );
    let loss = Infinity;
    for (let step = 0; step < 600 && loss > 0.003; step++) {
      loss = learner.update(
        sftLosses(config, [example], 8192),
        1e-2 / (1 + step / 50),
        "test",
      ).loss;
    }
    let graded = 0;
    const [rollout] = rollouts(learner.policy, tokenizer, [task], {
      seed: 1,
      stream: "a",
      temperature: 0,
      onGraded: (seconds) => (graded = seconds),
    });
    expect(graded).toBeGreaterThan(0);
    expect(rollout!.verdict).toMatchObject({ reward: 1, outcome: "correct" });
    expect(rollout!.turns).toBe(
      demonstration.filter(({ role }) => role === "assistant").length,
    );
    // renderChat ends with the newline after the last turn, which nobody samples.
    const whole = tokenizer.encode(renderChat(history).trimEnd());
    expect([...rollout!.promptTokens, ...rollout!.tokens]).toEqual(whole);
    // What was sampled is what SFT trains on; tool results and headers are neither.
    expect([
      ...rollout!.promptTokens.map(() => false),
      ...rollout!.sampled,
    ]).toEqual(example.mask.slice(0, whole.length));
    // What GRPO trains on is the same stream, and its forward pass gives the tokens the log-probs of their sampling: the trainer
    // reads at every sampled token exactly what the model had seen.
    const [sample] = policySamples([rollout!], {
      groupSize: 1,
      temperature: 1,
    });
    expect(sample!.tokens).toEqual(whole);
    expect(sample!.mask).toEqual(example.mask.slice(0, whole.length));
    const [scores] = scoreSequences(learner.policy, [sample!], {
      maxTokens: 8192,
      temperature: 1,
    });
    scores!.forEach((score, t) =>
      expect(score).toBeCloseTo(sample!.rollout[t]!, 3),
    );
    expect(sample!.mask.filter(Boolean).length).toBeGreaterThan(20);
    learner.dispose();
  });
});

test("special tokens are single tokens of the prompt", () => {
  const prompt = renderChat(taskMessages(tasks[0] as Task), {
    addGenerationPrompt: true,
  });
  const ids = tokenizer.encode(prompt);
  expect(ids[0]).toBe(SPECIAL_TOKENS.indexOf("<|im_start|>"));
  expect(tokenizer.decode(ids)).toBe(prompt);
});
