/** One advantage per token: teacher against student. */
import { describe, expect, test } from "vitest";
import { startEngine } from "../../../src/engine/index.js";
import { loadPolicy, scoreSequences } from "../../../src/model/index.js";
import { Random } from "../../../src/random.js";
import { rollouts } from "../../../src/rollout/index.js";
import { distillSamples, rolloutSequence } from "../../../src/train/index.js";
import { drawTask } from "../../../src/world/index.js";
import { newFolder, writePico, writeTeacher } from "../fixture.js";

startEngine();

const folder = newFolder();
const init = writePico(folder);

describe("distillSamples(rollouts, teacher)", () => {
  const { policy, tokenizer } = loadPolicy(init);
  const teacher = loadPolicy(writeTeacher(folder, "math", 4)).policy;
  const tasks = Array.from({ length: 3 }, (_, i) =>
    drawTask(i === 2 ? "agent" : "math", new Random(i, "distill"), {
      split: "train",
      level: 1,
    }),
  );
  const sampled = rollouts(policy, tokenizer, tasks, { seed: 1, stream: "d" });
  const rows = sampled.map(rolloutSequence);
  const scores = scoreSequences(teacher, rows, {
    maxTokens: 700,
    temperature: 1,
  });

  test("gives each sampled token the teacher's log-prob minus the student's, and every other token 0", () => {
    const samples = distillSamples(sampled, scores);
    const expected = scoreSequences(
      teacher,
      rows.map(({ tokens }) => tokens),
    );
    samples.forEach((sample, i) => {
      const { promptTokens, logprobs, sampled: own } = sampled[i]!;
      const start = promptTokens.length;
      const advantage = Array.from(sample.advantage as number[]);
      expect(advantage.slice(0, start)).toEqual(promptTokens.map(() => 0));
      own.forEach((isOwn, t) => {
        const difference = expected[i]![start + t]! - logprobs[t]!;
        // two engines' paths to the same log-prob of size 6
        expect(advantage[start + t]).toBeCloseTo(isOwn ? difference : 0, 4);
      });
    });
  });

  test("a teacher that is the student gives no advantage", () => {
    const own = scoreSequences(policy, rows, {
      maxTokens: 700,
      temperature: 1,
    });
    for (const { advantage } of distillSamples(sampled, own))
      for (const a of Array.from(advantage as number[]))
        expect(Math.abs(a)).toBeLessThan(1e-4);
  });

  test("scores do not depend on how rows are cut into forward passes", () => {
    const alone = scoreSequences(teacher, rows, {
      maxTokens: 1,
      temperature: 1,
    });
    alone.forEach((score, i) =>
      score.forEach((x, t) => expect(x).toBeCloseTo(scores[i]![t]!, 4)),
    );
  });
});
