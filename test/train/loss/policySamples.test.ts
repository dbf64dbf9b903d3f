/** From rollouts to samples: rewards, advantages and masks. */
import { describe, expect, test } from "vitest";
import { spec } from "../../../src/domains/index.js";
import type { Rollout } from "../../../src/rollout/index.js";
import { policySamples } from "../../../src/train/index.js";
import { Random } from "../../../src/random.js";
import { drawTask } from "../../../src/world/index.js";

describe("policySamples(rollouts, { overlong })", () => {
  const LIMIT = spec("math").maxNewTokens;
  const [whole, cut] = [0, 1].map((i): Rollout => {
    const task = drawTask("math", new Random(1, "samples"), {
      split: "train",
      level: 1,
    });
    const tokens = Array.from({ length: i === 0 ? 10 : LIMIT }, () => 5);
    return {
      task,
      promptTokens: [1, 2, 3],
      tokens,
      sampled: tokens.map(() => true),
      logprobs: tokens.map(() => -1),
      text: "",
      transcript: "",
      verdict: {
        reward: i === 0 ? 1 : 0,
        outcome: i === 0 ? "correct" : "truncated",
      } as Rollout["verdict"],
      finish: i === 0 ? "stop" : "length",
      turns: 1,
    };
  }) as [Rollout, Rollout];
  const options = {
    groupSize: 2,
    temperature: 1,
    advantage: "centred",
  } as const;
  const marked = (list: readonly boolean[]): number =>
    list.filter(Boolean).length;

  test('"score" trains a truncated answer by its reward', () => {
    const samples = policySamples([whole, cut], options);
    expect(samples.map(({ advantage }) => advantage)).toEqual([0.5, -0.5]);
    expect(samples.map(({ mask }) => marked(mask))).toEqual([10, LIMIT]);
  });
  test('"mask" trains none of its tokens, and its reward still counts for the others', () => {
    const samples = policySamples([whole, cut], {
      ...options,
      overlong: "mask",
    });
    expect(samples.map(({ advantage }) => advantage)).toEqual([0.5, -0.5]);
    expect(samples.map(({ mask }) => marked(mask))).toEqual([10, 0]);
  });
  test('"penalty" lowers its reward', () => {
    // It is as long as a math answer may be: 0 − 1
    const samples = policySamples([whole, cut], {
      ...options,
      overlong: "penalty",
    });
    expect(samples.map(({ advantage }) => advantage)).toEqual([1, -1]);
  });
});

describe("policySamples(rollouts, { positiveOnly })", () => {
  test("leaves advantages above 0 as they are and sets the others to 0", () => {
    const task = drawTask("math", new Random(1, "samples"), {
      split: "train",
      level: 1,
    });
    const rollouts = [1, 0, 0, 1, 1, 1].map((reward): Rollout => ({
      task,
      promptTokens: [1],
      tokens: [5, 6],
      sampled: [true, true],
      logprobs: [-1, -1],
      text: "",
      transcript: "",
      verdict: { reward, outcome: "wrong" } as Rollout["verdict"],
      finish: "stop",
      turns: 1,
    }));
    const advantages = (positiveOnly: boolean): unknown[] =>
      policySamples(rollouts, {
        groupSize: 3,
        temperature: 1,
        advantage: "centred",
        positiveOnly,
      }).map(({ advantage }) => Number((advantage as number).toFixed(4)));
    expect(advantages(false)).toEqual([0.6667, -0.3333, -0.3333, 0, 0, 0]);
    expect(advantages(true)).toEqual([0.6667, 0, 0, 0, 0, 0]);
  });
});
