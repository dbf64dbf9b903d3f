/** Which tasks a step sees and which of its groups it trains on; the committed base model answers, since rewards must differ. */
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { DOMAINS, spec, type Domain } from "../../../src/domains/index.js";
import { loadPolicy } from "../../../src/model/index.js";
import { rollouts, type Rollout } from "../../../src/rollout/index.js";
import {
  overlongPenalty,
  policySamples,
  RL_DATASET_SIZES,
  RL_LEVELS,
  tasksOfStep,
  type TrainGrpoOptions,
} from "../../../src/train/index.js";
import { grpoSettings } from "../../../src/train/grpoSettings.js";
import { sampleGroups } from "../../../src/train/run/sampleGroups.js";
import { splitOf } from "../../../src/world/index.js";

// Two busy cores are slow; nothing here waits for a time to pass.
vi.setConfig({ testTimeout: 180_000 });

const { policy, tokenizer } = loadPolicy(
  join(import.meta.dirname, "../../../data/nano/base"),
);
const settingsOf = (options: Partial<TrainGrpoOptions>) =>
  grpoSettings({
    init: "",
    out: "run",
    log: "",
    seed: 1,
    domains: ["math", "coding"],
    promptsPerStep: 4,
    groupSize: 4,
    ...options,
  });
const groupsOf = (list: readonly Rollout[]): Rollout[][] =>
  Array.from({ length: list.length / 4 }, (_, g) =>
    list.slice(g * 4, g * 4 + 4),
  );
const isFlat = (group: readonly Rollout[]): boolean =>
  new Set(group.map(({ verdict }) => verdict.reward)).size === 1;

describe("sampleGroups", () => {
  const plain = sampleGroups(settingsOf({}), 0, policy, tokenizer);

  test("trains on everything that it samples, from one stream a rollout", () => {
    expect(plain.trained).toEqual(plain.all);
    expect(plain.graded).toBeGreaterThan(0);
    const tasks = tasksOfStep(settingsOf({}), 0, 4).flatMap((task) =>
      Array.from({ length: 4 }, () => task),
    );
    const same = rollouts(policy, tokenizer, tasks, {
      seed: 1,
      stream: "run/rollouts/0",
    });
    expect(plain.all.map(({ tokens }) => tokens)).toEqual(
      same.map(({ tokens }) => tokens),
    );
    // otherwise the next test says nothing
    expect(groupsOf(plain.all).some(isFlat)).toBe(true);
    expect(groupsOf(plain.all).every(isFlat)).toBe(false);
  });

  test("dynamicSampling drops groups of equal reward and draws other tasks in their place", () => {
    const settings = settingsOf({ dynamicSampling: true, refills: 6 });
    const { all, trained } = sampleGroups(settings, 0, policy, tokenizer);
    // the first groups are those of a plain step
    expect(all.slice(0, 16).map(({ tokens }) => tokens)).toEqual(
      plain.all.map(({ tokens }) => tokens),
    );
    expect(groupsOf(trained).some(isFlat)).toBe(false);
    expect(trained).toHaveLength(16);
    expect(trained).toEqual(
      groupsOf(all)
        .filter((group) => !isFlat(group))
        .flat(),
    );
    const ids = groupsOf(all).map(([first]) => first!.task.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("dynamicSampling gives up after its refills and trains on what there is", () => {
    const settings = settingsOf({ dynamicSampling: true, refills: 0 });
    const { all, trained } = sampleGroups(settings, 0, policy, tokenizer);
    expect(all).toHaveLength(16);
    expect(trained).toEqual(
      groupsOf(plain.all)
        .filter((group) => !isFlat(group))
        .flat(),
    );
  });

  test("dynamicSampling asks whether answers are right, not whether a penalty on length tells them apart", () => {
    // every answer is in the stretch of the penalty, so shaped rewards differ in every group
    const settings = settingsOf({
      ...{ dynamicSampling: true, refills: 0 },
      ...{ overlong: "penalty", overlongBuffer: 1 },
    });
    const { trained } = sampleGroups(settings, 0, policy, tokenizer);
    expect(trained).toEqual(
      groupsOf(plain.all)
        .filter((group) => !isFlat(group))
        .flat(),
    );
  });

  test("under quotas a dropped task is replaced by one of its domain", () => {
    const settings = settingsOf({
      dynamicSampling: true,
      refills: 6,
      quotas: { math: 3, coding: 1 },
    });
    const drawn = [0, 1].map((step) =>
      sampleGroups(settings, step, policy, tokenizer),
    );
    // otherwise nothing was replaced
    expect(drawn.some(({ all, trained }) => all.length > trained.length)).toBe(
      true,
    );
    for (const { trained } of drawn) {
      const domains = groupsOf(trained).map(([first]) => first!.task.domain);
      expect(domains.filter((domain) => domain === "math")).toHaveLength(3);
      expect(domains.filter((domain) => domain === "coding")).toHaveLength(1);
    }
  });
});

describe("tasksOfStep", () => {
  const order = {
    seed: 1,
    name: "multi",
    domains: ["math", "agent"] as const,
    weights: RL_DATASET_SIZES,
    levels: RL_LEVELS,
  };
  const count = (domains: readonly Domain[]): number[] =>
    DOMAINS.map((domain) => domains.filter((own) => own === domain).length);
  test("draws train tasks in proportion to the domains' weights, the same for the same step", () => {
    const tasks = tasksOfStep(order, 3, 600);
    expect(tasksOfStep(order, 3, 600)).toEqual(tasks);
    expect(tasks.every(({ id }) => splitOf(id) === "train")).toBe(true);
    const share = tasks.filter(({ domain }) => domain === "math").length / 600;
    // 22056 / (22056 + 10229) = 0.683, standard error 0.019
    expect(Math.abs(share - 0.683)).toBeLessThan(0.06);
  });
  test("quotas give every step the same number of each domain, in an order of its own", () => {
    const fixed = { ...order, quotas: { math: 5, agent: 3 } };
    const steps = [0, 1, 2, 3].map((step) =>
      tasksOfStep(fixed, step, 8).map(({ domain }) => domain),
    );
    for (const domains of steps)
      expect(count(domains)).toEqual([5, 0, 0, 0, 3]);
    expect(
      new Set(steps.map((domains) => domains.join())).size,
    ).toBeGreaterThan(1);
  });
  test("tasks from a later number on are those that follow", () => {
    expect(tasksOfStep(order, 3, 2, { from: 4 })).toEqual(
      tasksOfStep(order, 3, 6).slice(4),
    );
  });
});

describe("overlongPenalty(length, limit, buffer)", () => {
  test("is 0 up to the buffer, falls linearly to −1 at the limit and stays there", () => {
    expect(
      [0, 80, 85, 90, 100, 130].map((n) => overlongPenalty(n, 100, 0.2)),
    ).toEqual([0, 0, -0.25, -0.5, -1, -1]);
    expect(overlongPenalty(50, 100, 1)).toBe(-0.5);
  });
});

describe("policySamples(rollouts, { overlong })", () => {
  const LIMIT = spec("math").maxNewTokens;
  const [whole, cut] = [0, 1].map((i): Rollout => {
    const task = tasksOfStep(settingsOf({ domains: ["math"] }), 0, 1)[0]!;
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
    const task = tasksOfStep(settingsOf({ domains: ["math"] }), 0, 1)[0]!;
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
