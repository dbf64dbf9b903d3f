/** Roads that the paper does not go, each in a study file alone, and one tiny study that goes them all. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import {
  describePlan,
  log,
  modelFolder,
  open,
  parseStudy,
  plan,
  rows,
  run,
  verifyStudy,
  type Accounting,
  type Model,
  type Stage,
  type Study,
} from "../../src/study/index.js";
import type { StepMetrics } from "../../src/train/index.js";
import { picoStudy } from "./pico.js";

// Two busy cores are slow; nothing here waits for a time to pass.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const STEP = "steps: 1, promptsPerStep: 1, groupSize: 2, learningRate: 0.001";
const ROADS = `name: roads
base: base
domains: [math, coding, science, instruction, agent]
seeds: [1]
models:
  sft: { by: sft, from: base, steps: 1, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 }
  experts: { by: rl, from: sft, each: domain, as: "{domain}", ${STEP}, where: { math: { steps: 3 } } }
  multi: { by: rl, from: sft, steps: 2, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }
  ties: { by: merge, method: ties, anchor: sft, of: experts }

  # 1 One domain after the other, in two orders.
  cascade: { by: rl, from: sft, ${STEP}, then: [math, coding, science] }
  reverse: { like: cascade, then: [science, coding, math] }
  # 2 Merge, then mix: RL on all domains from a merged model.
  polish: { by: rl, from: ties, ${STEP} }
  # 3 Mix, then specialise, then merge: experts that branch off the mixed run.
  branches: { by: rl, from: multi, each: domain, as: "{domain}-branch", ${STEP} }
  rejoined: { by: merge, method: ties, anchor: multi, of: branches }
  # 4 Distillation from a merged model.
  distilled: { by: distill, from: sft, teachers: ties, ${STEP} }
  # 5 Experts replicated over RL seeds, and a merge of each replica.
  replicas: { by: rl, from: sft, each: { domain: [math, coding], seed: [11, 12, 13] }, as: "{domain}-s{seed}", ${STEP} }
  replicaMerges: { by: merge, method: average, anchor: sft, each: { seed: [11, 12, 13] }, of: "replicas[seed={seed}]", as: "merge-s{seed}" }
  # 6 All 26 merges of two experts and more.
  subset: { by: merge, method: ties, anchor: sft, subsets: experts }
  # 7 The average of an expert's checkpoints, merged with another expert.
  soup: { by: average, of: [math@1, math@2, math] }
  soupMerge: { by: merge, method: average, anchor: sft, of: [soup, coding] }
  # A sweep of λ, and the same merge with another method's option.
  sweep: { by: merge, method: taskArithmetic, anchor: sft, of: experts, each: { lambda: [0.2, 0.6] } }
measures:
  scores: { models: [sft, multi@1, multi, ties, cascade, reverse, polish, rejoined, distilled, merge-s11, soupMerge], benchmarks: [aime24], items: 1, samples: 1 }
  cost: { models: [experts, multi, polish, distilled, cascade-1, cascade-2, cascade], unit: experts }
  greedy: { by: scores, models: [multi, ties], benchmarks: [aime24], items: 1, samples: 1, temperature: 0 }
  frontier: { from: sft, reference: [multi@1, multi], roads: { merge: ties, cascade: [cascade], hybrid: polish, distilled: distilled }, experts: experts }
profiles:
  quick: {}
`;
const study = parseStudy(ROADS, "quick");
const stages = plan(study);
const named = (name: string): Model =>
  study.models.find((model) => model.name === name)!;
const stage = (name: string): Stage =>
  stages.find(({ id }) => id === `seed1/models/${name}`)!;
const from = (name: string): string[] =>
  Object.values(stage(name).inputs).map(({ path }) =>
    path.replace("seed1/models/", ""),
  );

describe("a study file alone says", () => {
  it("domains one after the other, each stage from the one before", () => {
    expect(from("cascade-1")).toEqual(["sft"]);
    expect(from("cascade-2")).toEqual(["cascade-1"]);
    expect(from("cascade")).toEqual(["cascade-2"]);
    expect(named("cascade").domains).toEqual(["science"]);
    expect(named("reverse-1").domains).toEqual(["science"]);
    expect(study.lists["cascade"]).toEqual(["cascade"]);
  });
  it("multi-task RL from a merged model", () => {
    expect(from("polish")).toEqual(["ties"]);
    expect(named("polish")).toMatchObject({
      role: "multi",
      domains: study.domains,
    });
  });
  it("experts that branch off a mixed run and are merged again", () => {
    expect(study.lists["branches"]).toHaveLength(5);
    expect(from("math-branch")).toEqual(["multi"]);
    expect(from("rejoined")).toEqual([
      "multi",
      ...study.domains.map((domain) => `${domain}-branch`),
    ]);
  });
  it("distillation from a merged model, which teaches every domain", () => {
    expect(new Set(from("distilled"))).toEqual(new Set(["sft", "ties"]));
    expect(Object.keys(stage("distilled").inputs)).toEqual([
      "init",
      ...study.domains,
    ]);
  });
  it("experts over seeds of RL alone, and a merge of each replica", () => {
    expect(study.lists["replicas"]).toHaveLength(6);
    expect(stage("math-s12").spec).toMatchObject({
      seed: 12,
      domains: ["math"],
    });
    expect(from("math-s12")).toEqual(["sft"]);
    expect(from("merge-s13")).toEqual(["sft", "math-s13", "coding-s13"]);
  });
  it("all 26 merges of two experts and more", () => {
    expect(study.lists["subset"]).toHaveLength(26);
    expect(from("subset-math-coding")).toEqual(["sft", "math", "coding"]);
    expect(from("subset-math-coding-science-instruction-agent")).toEqual([
      "sft",
      ...study.domains,
    ]);
  });
  it("the average of checkpoints as a model", () => {
    expect(from("soup").slice(1)).toEqual([
      "seed1/checkpoints/math/step1",
      "seed1/checkpoints/math/step2",
      "math",
    ]);
    expect(stage("math").outputs).toEqual(
      expect.arrayContaining(from("soup").slice(1, 3)),
    );
    expect(from("soupMerge")).toEqual(["sft", "soup", "coding"]);
  });
  it("a sweep over an option's values", () => {
    expect(study.lists["sweep"]).toEqual(["sweep-0.2", "sweep-0.6"]);
    expect(stage("sweep-0.6").spec).toMatchObject({ options: { lambda: 0.6 } });
  });
});

describe("run of a study with all of them", () => {
  let made: Study;
  beforeAll(async () => {
    const folder = picoStudy(ROADS);
    await run(folder, { jobs: 2 });
    made = open(folder);
  });
  it("makes every model and scores it, and every number follows from its records", () => {
    for (const name of made.models)
      expect(existsSync(join(modelFolder(made, name), "config.json"))).toBe(
        true,
      );
    const scored = rows(made, "scores").filter(
      ({ benchmark }) => benchmark === "average",
    );
    expect(scored.map(({ model, role }) => `${model} ${role}`)).toEqual([
      "sft sft",
      "multi@1 multi",
      "multi multi",
      "ties merged",
      "cascade expert",
      "reverse expert",
      "polish multi",
      "rejoined merged",
      "distilled student",
      "merge-s11 merged",
      "soupMerge merged",
    ]);
    expect(rows(made, "greedy.scores")).toHaveLength(4);
    expect(verifyStudy(made.folder).problems).toEqual([]);
  });
  it("counts what each road needed, from the logs of all that was trained for it", () => {
    const flops = (name: string): number =>
      rows(made, "cost").find(({ model }) => model === name)!.flops;
    const cost = (model: string, accounting: Accounting): number =>
      rows(made, "frontier", { model, accounting, unit: "flops" })[0]!.cost;
    const experts = made.spec.lists["experts"]!.map(flops).reduce(
      (a, b) => a + b,
    );
    // Rows hold six digits.
    const near = (found: number, wanted: number) =>
      expect(found / wanted).toBeCloseTo(1, 5);
    near(cost("multi", "scratch"), flops("multi"));
    expect(cost("multi@1", "scratch")).toBeLessThan(flops("multi"));
    near(cost("ties", "scratch"), experts);
    expect(cost("ties", "given")).toBe(0);
    near(cost("polish", "given"), flops("polish"));
    near(cost("polish", "scratch"), experts + flops("polish"));
    near(cost("distilled", "scratch"), experts + flops("distilled"));
    near(
      cost("cascade", "given"),
      ["cascade-1", "cascade-2", "cascade"].map(flops).reduce((a, b) => a + b),
    );
  });
  it("averages checkpoints entry by entry", () => {
    const first = (model: string): number => {
      const { params } = readModelFolder(modelFolder(made, model));
      return params.get("model.norm.weight")!.data[0]!;
    };
    const mean = (first("math@1") + first("math@2") + first("math")) / 3;
    expect(first("soup")).toBeCloseTo(mean, 6);
  });
  it("lets replicas of one domain see other tasks and samples, seed by seed", () => {
    const sampled = (model: string): number =>
      log<StepMetrics>(made, model)[0]!.tokens.prefill;
    const seen = ["s11", "s12", "s13"].map((seed) => sampled(`coding-${seed}`));
    expect(new Set(seen).size).toBeGreaterThan(1);
  });
  it("shows a graph in which nothing is left", () => {
    const view = describePlan(made.folder);
    expect(view.left).toEqual({ seconds: 0, flops: 0 });
    expect(view.models.find(({ name }) => name === "cascade-2")).toMatchObject({
      by: "rl",
      from: { from: ["cascade-1"] },
      done: 1,
    });
  });
});
