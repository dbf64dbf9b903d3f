import { describe, expect, test } from "vitest";
import { spec, type Task } from "../../../src/domains/index.js";
import type { Rollout } from "../../../src/rollout/index.js";
import { mean } from "../../../src/stats/index.js";
import {
  formatReward,
  trainingRewards,
  type RewardKind,
} from "../../../src/train/index.js";

const TASK: Task = {
  id: "math/1",
  domain: "math",
  kind: "chain",
  prompt: "1+1",
  data: { answer: 2 },
};

/** A rollout whose text its domain's own verifier has graded. */
function rollout(
  text: string,
  { finish = "stop", task = TASK }: Partial<Rollout> = {},
): Rollout {
  return {
    ...{ task, promptTokens: [1], tokens: [5], sampled: [true] },
    ...{ logprobs: [-1], text, transcript: text, finish, turns: 1 },
    verdict: spec(task.domain).verify(task, text, finish),
  };
}

const RIGHT = rollout("<think>\n1+1=2\n</think>\n\n\\boxed{2}");
const WRONG = rollout("<think>\n1+1=3\n</think>\n\n\\boxed{3}");
const options = (reward: RewardKind, from = 0) => ({
  ...{ reward, rewardRate: 0.3, seed: 5, stream: "math/rewards/0", from },
});

describe("trainingRewards(rollouts, { reward })", () => {
  const many = Array.from({ length: 4000 }, (_, i) =>
    i % 3 === 0 ? RIGHT : WRONG,
  );
  const random = trainingRewards(many, options("random"));

  test("verified: the verifiers' rewards", () => {
    expect(trainingRewards([RIGHT, WRONG], options("verified"))).toEqual([
      1, 0,
    ]);
  });
  test("random: ones at the given rate, which know nothing of what is right", () => {
    // standard error of a share of 4,000 is 0.0072
    expect(Math.abs(mean(random) - 0.3)).toBeLessThan(0.022);
    const of = (right: Rollout): number =>
      mean(random.filter((_, i) => many[i] === right));
    // of a difference between 1,334 and 2,666: 0.0154
    expect(Math.abs(of(RIGHT) - of(WRONG))).toBeLessThan(0.046);
  });
  test("random: a group of equal answers has different coins", () => {
    expect(
      new Set(trainingRewards(Array(16).fill(RIGHT), options("random"))),
    ).toEqual(new Set([0, 1]));
  });
  test("random: the same seed, stream, task and place have the same coin, whatever the answer and the batch", () => {
    expect(trainingRewards([...many].reverse(), options("random"))).toEqual(
      random,
    );
    expect(trainingRewards(many.slice(100), options("random", 100))).toEqual(
      random.slice(100),
    );
    for (const other of [{ seed: 6 }, { stream: "math/rewards/1" }])
      expect(
        trainingRewards(many, { ...options("random"), ...other }),
      ).not.toEqual(random);
  });
  test("random: another task has other coins", () => {
    const other = { ...RIGHT, task: { ...TASK, id: "math/2" } };
    expect(
      trainingRewards(
        many.map(() => other),
        options("random"),
      ),
    ).not.toEqual(random);
  });
  test("format: right and wrong answers of the domain's form alike", () => {
    expect(trainingRewards([RIGHT, WRONG], options("format"))).toEqual([1, 1]);
  });
});

describe("formatReward(rollout)", () => {
  test.each<[string, Rollout]>([
    ["has no box", rollout("<think>\n</think>\n\n2")],
    ["never closes its thinking", rollout("<think>\n\\boxed{2}")],
    ["says nothing behind it", rollout("<think>\n1+1=2\n</think>\n\n")],
    ["was cut off", rollout(RIGHT.text, { finish: "length" })],
  ])("is 0 for an answer that %s", (_, answer) => {
    expect(formatReward(answer)).toBe(0);
  });
  test("asks an agent for closed thinking and a call that can be read, wherever the call leads", () => {
    const task: Task = {
      ...{ id: "agent/1", domain: "agent", kind: "mail", prompt: "" },
      data: {
        workplace: { emails: [], events: [], customers: [] },
        calls: [],
      },
    };
    const said = (text: string, verdict: Rollout["verdict"]): Rollout => ({
      ...{ ...RIGHT, task, text, verdict },
    });
    const wrong = { reward: 0, outcome: "wrong" } as const;
    expect(formatReward(said("<think>\n\n</think>\n\nDone.", wrong))).toBe(1);
    expect(formatReward(said("Done.", { reward: 1, outcome: "correct" }))).toBe(
      0,
    );
    expect(
      formatReward(said("</think>", { reward: 0, outcome: "noAnswer" })),
    ).toBe(0);
  });
});
