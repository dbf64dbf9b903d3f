import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import type { Domain } from "../../src/domains/index.js";
import { startEngine, tf } from "../../src/engine/index.js";
import {
  trainDistill,
  type DistillMetrics,
  type DistillMethod,
  type TrainDistillOptions,
} from "../../src/train/index.js";
import { newFolder, writePico, writeTeacher } from "./fixture.js";

startEngine();

const folder = newFolder();
const init = writePico(folder);
const place = (name: string): { out: string; log: string } => ({
  out: join(folder, name),
  log: join(folder, `${name}.jsonl`),
});
const weightsOf = (path: string): Buffer =>
  readFileSync(join(path, "model.safetensors"));

const teachers = {
  math: writeTeacher(folder, "math", 4),
  instruction: writeTeacher(folder, "instruction", 3),
};
const small: Omit<TrainDistillOptions, "out" | "log"> = {
  init,
  teachers,
  seed: 1,
  name: "run",
  steps: 3,
  promptsPerStep: 4,
  groupSize: 2,
  checkpointEvery: 2,
};

describe("trainDistill", () => {
  test("writes a model, its provenance with every teacher, and a log line a step", async () => {
    const before = tf.memory().numTensors;
    const steps: DistillMetrics[] = [];
    const { out, tokens } = await trainDistill({
      ...small,
      ...place("whole"),
      onStep: (metrics) => steps.push(metrics),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(steps).toHaveLength(3);
    for (const { kl, kls, tokens: own, seconds } of steps) {
      expect(kl).toBeGreaterThan(0);
      expect(Object.keys(kls!).length).toBeGreaterThan(0);
      expect(own.scored).toBe(own.trained);
      expect(seconds.rollout).toBeGreaterThan(0);
      expect(seconds.reward).toBeGreaterThan(0);
    }
    expect(tokens.scored).toBe(tokens.trained);
    const provenance = JSON.parse(
      readFileSync(join(out, "provenance.json"), "utf8"),
    ) as { kind: string; teachers: Record<string, string> };
    expect(provenance.kind).toBe("distill");
    expect(Object.keys(provenance.teachers)).toEqual(["math", "instruction"]);
    expect(readModelFolder(out).params.size).toBe(
      readModelFolder(init).params.size,
    );
  });

  test("killed and started again, ends with the same bytes", async () => {
    const killed = place("killed");
    const die = trainDistill({
      ...small,
      ...killed,
      onStep: ({ step }) => {
        if (step === 2) throw new Error("killed");
      },
    });
    await expect(die).rejects.toThrow("killed");
    const seen: number[] = [];
    await trainDistill({
      ...small,
      ...killed,
      onStep: ({ step }) => seen.push(step),
    });
    expect(seen).toEqual([2]);
    expect(weightsOf(killed.out)).toEqual(weightsOf(place("whole").out));
  });

  test.each<[DistillMethod, Partial<TrainDistillOptions>]>([
    ["onPolicy", { updatesPerRollout: 2, temperature: 0.8 }],
    ["reverseKl", {}],
    ["forwardKl", { store: "bfloat16" }],
    ["offPolicy", {}],
  ])("%s brings the student closer to its teachers", async (method, more) => {
    const before = tf.memory().numTensors;
    const { metrics } = await trainDistill({
      ...small,
      ...more,
      ...place(`closer-${method}`),
      method,
      steps: 8,
      learningRate: 5e-3,
      weightDecay: 0,
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(metrics.at(-1)!.kl).toBeLessThan(0.9 * metrics[0]!.kl);
  });

  test("another teacher gives another student", async () => {
    const other = place("other");
    await trainDistill({
      ...small,
      ...other,
      teachers: { ...teachers, math: teachers.instruction },
    });
    expect(weightsOf(other.out)).not.toEqual(weightsOf(place("whole").out));
  });

  test.each<[Partial<TrainDistillOptions>, string]>([
    [
      { domains: ["math", "agent"] },
      "trainDistill: teachers must hold one for agent, got math, instruction",
    ],
    [
      { teachers: {} },
      "trainDistill: domains must name at least one domain, got none",
    ],
    [
      { domains: ["maths" as Domain] },
      'trainDistill: domains must be of math, coding, science, instruction, agent, got "maths"',
    ],
    [
      { method: "sft" as DistillMethod },
      'trainDistill: method must be one of onPolicy, reverseKl, forwardKl, offPolicy, got "sft"',
    ],
    [
      { groupSize: 0 },
      "trainDistill: groupSize must be a positive integer, got 0",
    ],
    [{ clipEps: 2 }, "trainDistill: clipEps must be in [0, 1], got 2"],
  ])("refuses %o before any work", async (options, message) => {
    const target = place("refused");
    await expect(
      trainDistill({ ...small, ...target, ...options }),
    ).rejects.toThrow(message);
    expect(existsSync(target.log)).toBe(false);
  });
});
