/** Which tasks a step sees and which of its groups it trains on; the committed base model answers, since rewards must differ. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DOMAINS, type Domain } from "../../../src/domains/index.js";
import { loadPolicy } from "../../../src/model/index.js";
import { rollouts, type Rollout } from "../../../src/rollout/index.js";
import {
  RL_DATASET_SIZES,
  RL_LEVELS,
  tasksOfStep,
  type TrainGrpoOptions,
} from "../../../src/train/index.js";
import { grpoSettings } from "../../../src/train/grpoSettings.js";
import { sampleGroups } from "../../../src/train/run/sampleGroups.js";
import { splitOf } from "../../../src/world/index.js";

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
