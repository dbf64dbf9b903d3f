import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import {
  configFromJson,
  Policy,
  scoreSequences,
} from "../../src/model/index.js";
import { grpoLosses, Learner, sftLosses } from "../../src/train/index.js";
import { ADAM } from "./fixture.js";

interface Run {
  learningRate: number;
  rows: number[][];
  marks: boolean[][];
  steps: { loss: number; norm: number }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/train/steps.json", "utf8"),
) as {
  advantages: number[];
  sft: Run;
  grpo: Run;
};

test.each(["sft", "grpo"] as const)(
  "ten %s steps of a pico model have PyTorch's losses and gradient norms",
  (kind) => {
    const { learningRate, rows, marks, steps } = golden[kind];
    const folder = readModelFolder(
      join(import.meta.dirname, "../golden/model/tied"),
    );
    const config = configFromJson(folder.config);
    const learner = new Learner(Policy.fromParams(folder.params, config), ADAM);
    const old = scoreSequences(learner.policy, rows);
    const samples = rows.map((tokens, i) => ({
      tokens,
      marks: marks[i]!,
      rollout: old[i]!,
      old: old[i]!,
      advantage: golden.advantages[i]!,
    }));
    // small micro-batches: the sums must not depend on them
    const losses =
      kind === "sft"
        ? sftLosses(config, samples, 24)
        : grpoLosses(config, samples, { maxTokens: 24 });
    expect(losses.length).toBeGreaterThan(1);
    for (const { loss, norm } of steps) {
      const update = learner.update(losses, learningRate, "test");
      // float32 on both sides, differences grow over ten steps
      expect(Math.abs(update.loss - loss)).toBeLessThan(2e-5);
      expect(Math.abs(update.gradNorm / norm - 1)).toBeLessThan(1e-4);
    }
    learner.dispose();
  },
);
