import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import {
  configFromJson,
  Policy,
  scoreSequences,
} from "../../src/model/index.js";
import {
  fullKlLosses,
  grpoLosses,
  Learner,
  sftLosses,
  type PolicySample,
} from "../../src/train/index.js";
import { ADAM } from "./fixture.js";

interface Run {
  learningRate: number;
  rows: number[][];
  mask: boolean[][];
  steps: { loss: number; norm: number }[];
}
const kinds = ["sft", "grpo", "opd", "reverse", "forward"] as const;
const golden = JSON.parse(
  readFileSync("test/golden/train/steps.json", "utf8"),
) as { advantages: number[] } & Record<(typeof kinds)[number], Run>;

function load(name: string): Policy {
  const folder = readModelFolder(
    join(import.meta.dirname, "../golden/model", name),
  );
  return Policy.fromParams(folder.params, configFromJson(folder.config));
}

// small micro-batches: the sums must not depend on them
const maxTokens = 24;

test.each(kinds)(
  "ten %s steps of a pico model have PyTorch's losses and gradient norms",
  (kind) => {
    const { learningRate, rows, mask, steps } = golden[kind];
    const learner = new Learner(load("tied"), ADAM);
    const { config } = learner.policy;
    const teacher = load("untied");
    const old = scoreSequences(learner.policy, rows);
    const samples = rows.map((tokens, i) => ({
      tokens,
      mask: mask[i]!,
      rollout: old[i]!,
      old: old[i]!,
      advantage: golden.advantages[i]!,
    }));
    const judged = (): PolicySample[] => {
      const passes = { maxTokens, temperature: 1 };
      const scores = scoreSequences(teacher, samples, passes);
      return samples.map((sample, i) => ({
        ...sample,
        advantage: scores[i]!.map((score, t) => score - old[i]![t]!),
      }));
    };
    const exact = (direction: "reverse" | "forward") =>
      fullKlLosses(config, [{ teacher, rows: samples }], {
        direction,
        maxTokens,
      });
    const losses = {
      sft: () => sftLosses(config, samples, maxTokens),
      grpo: () => grpoLosses(config, samples, { maxTokens }),
      opd: () => grpoLosses(config, judged(), { maxTokens, clipEpsHigh: 0.2 }),
      reverse: () => exact("reverse"),
      forward: () => exact("forward"),
    }[kind]();
    expect(losses.length).toBeGreaterThan(1);
    for (const { loss, norm } of steps) {
      const update = learner.update(losses, learningRate, "test");
      // float32 on both sides, differences grow over ten steps
      expect(Math.abs(update.loss - loss)).toBeLessThan(2e-5);
      expect(Math.abs(update.gradNorm / norm - 1)).toBeLessThan(1e-4);
    }
    learner.dispose();
    teacher.dispose();
  },
);
