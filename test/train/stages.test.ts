import { existsSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readModelFolder, toBf16 } from "../../src/checkpoint/index.js";
import type { Domain } from "../../src/domains/index.js";
import { tf } from "../../src/engine/index.js";
import {
  pretrain,
  trainGrpo,
  trainSft,
  type GrpoMetrics,
  type TrainGrpoOptions,
} from "../../src/train/index.js";
import { newFolder, PICO_CHAT, TOKENIZER_JSON, writePico } from "./fixture.js";

const folder = newFolder();
const init = writePico(folder);
const place = (name: string): { out: string; log: string } => ({
  out: join(folder, name),
  log: join(folder, `${name}.jsonl`),
});
const weightsOf = (path: string): Buffer =>
  readFileSync(join(path, "model.safetensors"));
const linesOf = (path: string): object[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: null }));

const small: Omit<TrainGrpoOptions, "out" | "log"> = {
  init,
  seed: 1,
  name: "run",
  domains: ["math", "instruction"],
  steps: 4,
  promptsPerStep: 2,
  groupSize: 2,
  checkpointEvery: 2,
};

describe("trainGrpo", () => {
  test("writes a model, its provenance and a log line a step, and removes its checkpoints", async () => {
    const tensors = tf.memory().numTensors;
    const steps: GrpoMetrics[] = [];
    const evaluated: number[] = [];
    const result = await trainGrpo({
      ...small,
      ...place("whole"),
      onStep: (metrics) => steps.push(metrics),
      evaluateEvery: 3,
      onEvaluate: (step) => void evaluated.push(step),
    });
    expect(evaluated).toEqual([0, 3, 4]);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(steps).toEqual(result.metrics);
    expect(linesOf(place("whole").log)).toHaveLength(4);
    const [first] = steps;
    expect(first).toMatchObject({ step: 0, groups: 2, learningRate: 1e-4 });
    const shares = Object.values(first!.outcomes).reduce((a, b) => a + b, 0);
    expect(shares).toBeCloseTo(1, 12);
    expect(first!.entropy).toBeGreaterThan(0);
    expect(first!.clipFraction).toBe(0);
    expect(result.tokens.sampled).toBe(
      steps.reduce((sum, { tokens }) => sum + tokens.sampled, 0),
    );
    const provenance = JSON.parse(
      readFileSync(join(result.out, "provenance.json"), "utf8"),
    ) as object;
    expect(provenance).toMatchObject({
      kind: "grpo",
      steps: 4,
      options: { seed: 1, groupSize: 2 },
    });
    expect(existsSync(`${result.out}.checkpoints`)).toBe(false);
  });

  test("stopped between two steps and started again, ends with the same bytes and the same log", async () => {
    const stopped = place("stopped");
    const controller = new AbortController();
    const stop = trainGrpo({
      ...small,
      ...stopped,
      signal: controller.signal,
      onStep: ({ step }) => step === 0 && controller.abort(),
    });
    await expect(stop).rejects.toThrow(/abort/);
    expect(existsSync(stopped.out)).toBe(false);
    expect(readdirSync(`${stopped.out}.checkpoints`)).toHaveLength(1);
    const seen: number[] = [];
    await trainGrpo({
      ...small,
      ...stopped,
      onStep: ({ step }) => seen.push(step),
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(weightsOf(stopped.out)).toEqual(weightsOf(place("whole").out));
    expect(linesOf(stopped.log)).toEqual(linesOf(place("whole").log));
  });

  test("killed after its checkpoint, writes the lost lines again", async () => {
    const killed = place("killed");
    const die = trainGrpo({
      ...small,
      ...killed,
      onStep: ({ step }) => {
        if (step === 2) throw new Error("killed");
      },
    });
    await expect(die).rejects.toThrow("killed");
    expect(linesOf(killed.log)).toHaveLength(3);
    const seen: number[] = [];
    await trainGrpo({
      ...small,
      ...killed,
      onStep: ({ step }) => seen.push(step),
    });
    expect(seen).toEqual([2, 3]);
    expect(weightsOf(killed.out)).toEqual(weightsOf(place("whole").out));
    expect(linesOf(killed.log)).toEqual(linesOf(place("whole").log));
  });

  test("does not resume at a checkpoint of other options", async () => {
    const other = place("other");
    const controller = new AbortController();
    const stop = trainGrpo({
      ...small,
      ...other,
      learningRate: 1e-3,
      signal: controller.signal,
      onStep: () => controller.abort(),
    });
    await expect(stop).rejects.toThrow(/abort/);
    await trainGrpo({ ...small, ...other });
    expect(weightsOf(other.out)).toEqual(weightsOf(place("whole").out));
  });

  test("a log or checkpoint that cannot be written is a TrainError and leaves no model", async () => {
    const file = join(init, "config.json");
    const blocked = place("blocked");
    await expect(
      trainGrpo({ ...small, ...blocked, log: join(file, "log.jsonl") }),
    ).rejects.toThrow(
      /^runSteps: log .* must be writable, got "E(NOTDIR|EXIST)/,
    );
    await expect(
      trainGrpo({ ...small, ...blocked, checkpoints: join(file, "c") }),
    ).rejects.toThrow(
      /^saveSnapshot: checkpoint of step 2 must be written, got "E(NOTDIR|EXIST)/,
    );
    expect(existsSync(blocked.out)).toBe(false);
    expect(linesOf(blocked.log)).toHaveLength(2);
  });

  test("a broken checkpoint is a TrainError that says what to remove", async () => {
    const broken = place("broken");
    const die = trainGrpo({
      ...small,
      ...broken,
      onStep: ({ step }) => {
        if (step === 2) throw new Error("killed");
      },
    });
    await expect(die).rejects.toThrow("killed");
    const [snapshot] = readdirSync(`${broken.out}.checkpoints`);
    const path = join(`${broken.out}.checkpoints`, snapshot!);
    truncateSync(join(path, "state.safetensors"), 1000);
    await expect(trainGrpo({ ...small, ...broken })).rejects.toThrow(
      /^latestSnapshot: .*-000002 must be readable, got ".*"; remove it to start over$/,
    );
  });

  test("another seed gives another model", async () => {
    const other = place("seed");
    await trainGrpo({ ...small, ...other, seed: 2, steps: 1, groupSize: 2 });
    expect(weightsOf(other.out)).not.toEqual(weightsOf(place("whole").out));
  });

  test("runs with a KL term, two updates a rollout, a temperature and weights kept in bfloat16", async () => {
    const { out } = await trainGrpo({
      ...small,
      ...place("bf16"),
      steps: 2,
      klCoef: 0.1,
      updatesPerRollout: 2,
      temperature: 0.8,
      store: "bfloat16",
    });
    for (const { dtype, data } of readModelFolder(out).params.values()) {
      expect(dtype).toBe("BF16");
      expect(data).toEqual(toBf16(data));
    }
  });

  test("logs by domain unless told not to, and how far it has moved when it is asked to; nothing else changes, nor what it counts as cost", async () => {
    const logged = place("logged");
    const { metrics } = await trainGrpo({
      ...small,
      ...logged,
      logKl: 2,
    });
    expect(weightsOf(logged.out)).toEqual(weightsOf(place("whole").out));
    metrics.forEach((line, s) => {
      const { domains, rewards, groups, kl } = line;
      expect(Object.keys(domains!)).toEqual(Object.keys(rewards));
      const own = Object.values(domains!);
      expect(own.reduce((sum, { groups }) => sum + groups, 0)).toBe(groups);
      expect(kl !== undefined).toBe(s % 2 === 0);
    });
    // the first line describes the model that it starts from
    expect(metrics[0]!.kl).toBeCloseTo(0, 4);
    const bare = linesOf(logged.log).map((line) => {
      const { domains, kl, kls, ...rest } = line as GrpoMetrics;
      void [domains, kl, kls];
      return rest;
    });
    const { metrics: short } = await trainGrpo({
      ...small,
      ...place("short"),
      logDomains: false,
    });
    expect(short.map((line) => ({ ...line, seconds: null }))).toEqual(bare);
  });

  test("counts the tokens that a reference and several updates read", async () => {
    const { metrics } = await trainGrpo({
      ...small,
      ...place("scored"),
      steps: 1,
      klCoef: 0.1,
      updatesPerRollout: 3,
    });
    const { prefill, sampled, trained, scored } = metrics[0]!.tokens;
    expect(trained).toBe(3 * (prefill + sampled));
    expect(scored).toBe(2 * (prefill + sampled));
  });

  test("dynamic sampling that finds no group leaves the weights to decay alone", async () => {
    // a random model earns nothing, so every group is flat
    const { metrics } = await trainGrpo({
      ...small,
      ...place("dynamic"),
      steps: 1,
      dynamicSampling: true,
      refills: 2,
    });
    expect(metrics[0]).toMatchObject({
      groups: 6,
      zeroVarianceGroups: 6,
      gradNorm: 0,
    });
    expect(metrics[0]!.tokens.trained).toBe(0);
  });

  test.each<[Partial<TrainGrpoOptions>, string]>([
    [{ steps: 0 }, "trainGrpo: steps must be a positive integer, got 0"],
    [{ groupSize: 1 }, "trainGrpo: groupSize must be an integer ≥ 2, got 1"],
    [{ seed: 0.5 }, "trainGrpo: seed must be a safe integer, got 0.5"],
    [
      { learningRate: NaN },
      "trainGrpo: learningRate must be a positive number, got NaN",
    ],
    [
      { temperature: 0 },
      "trainGrpo: temperature must be a positive number, got 0",
    ],
    [
      { betas: [0.9, 1] },
      "trainGrpo: betas must be two numbers in [0, 1), got [0.9,1]",
    ],
    [
      { checkpointEvery: -1 },
      "trainGrpo: checkpointEvery must be a positive integer, got -1",
    ],
    [
      { domains: [] },
      "trainGrpo: domains must name at least one domain, got none",
    ],
    [
      { domains: ["maths" as Domain] },
      'trainGrpo: domains must be of math, coding, science, instruction, agent, got "maths"',
    ],
    [
      { domains: ["math", "math"] },
      "trainGrpo: domains must be different, got math, math",
    ],
    [
      { levels: { math: [6] } },
      "trainGrpo: levels.math must be a list of 1, 2, 3, 4, 5, got [6]",
    ],
    [
      { weights: { math: 1, instruction: 0 } },
      "trainGrpo: weights.instruction must be a positive number, got 0",
    ],
    [
      { quotas: { math: 1, agent: 1 }, promptsPerStep: 2 },
      "trainGrpo: quotas must be of this run's domains math, instruction, got agent",
    ],
    [
      { quotas: { math: 1, instruction: 2 }, promptsPerStep: 2 },
      "trainGrpo: quotas must add up to promptsPerStep 2, got 3",
    ],
    [
      { quotas: { math: 0.5 } },
      "trainGrpo: quotas.math must be an integer ≥ 0, got 0.5",
    ],
    [
      { advantage: "mean" as "std" },
      'trainGrpo: advantage must be one of std, centred, leaveOneOut, got "mean"',
    ],
    [
      { overlongBuffer: 0 },
      "trainGrpo: overlongBuffer must be in (0, 1], got 0",
    ],
    [
      { dynamicSampling: 1 as unknown as boolean },
      "trainGrpo: dynamicSampling must be true or false, got 1",
    ],
    [
      { store: "float16" as "float32" },
      'trainGrpo: store must be one of float32, bfloat16, got "float16"',
    ],
  ])("refuses %o before any work", async (options, message) => {
    const target = place("refused");
    await expect(
      trainGrpo({ ...small, ...target, ...options }),
    ).rejects.toThrow(message);
    expect(existsSync(target.log)).toBe(false);
  });
});

describe("trainSft", () => {
  const options = { init, seed: 1, steps: 3, batchSize: 4 };
  test("lowers the loss and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const { metrics } = await trainSft({
      ...options,
      ...place("sft"),
      steps: 12,
      learningRate: 1e-2,
    });
    expect(metrics.at(-1)!.loss).toBeLessThan(metrics[0]!.loss - 1);
    expect(tf.memory().numTensors).toBe(before);
  });
  test("refuses care outside [0, 1]", async () => {
    await expect(
      trainSft({ ...options, ...place("no"), care: 1.5 }),
    ).rejects.toThrow("trainSft: care must be in [0, 1], got 1.5");
  });
});

describe("pretrain", () => {
  const options = {
    tokenizerJson: TOKENIZER_JSON,
    config: PICO_CHAT,
    seed: 1,
    steps: 3,
    tokensPerStep: 150,
  };
  test("writes a bfloat16 model that later stages can open, the same bytes for the same seed", async () => {
    const one = await pretrain({ ...options, ...place("base1") });
    const two = await pretrain({ ...options, ...place("base2") });
    expect(weightsOf(two.out)).toEqual(weightsOf(one.out));
    expect(
      [...readModelFolder(one.out).params.values()].every(
        ({ dtype }) => dtype === "BF16",
      ),
    ).toBe(true);
    await trainSft({
      ...place("fromBase"),
      init: one.out,
      seed: 1,
      steps: 1,
      batchSize: 2,
    });
  });
  test("refuses a model with fewer tokens than the tokenizer", async () => {
    await expect(
      pretrain({
        ...options,
        ...place("no"),
        config: { ...PICO_CHAT, vocabSize: 64 },
      }),
    ).rejects.toThrow(
      /^pretrain: config.vocabSize must be at least the tokenizer's \d+, got 64$/,
    );
  });
});
