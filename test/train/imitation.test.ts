import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  trainImitation,
  type ImitationMetrics,
  type TrainImitationOptions,
} from "../../src/train/index.js";
import { rlLevels } from "../../src/train/run/tasks.js";
import { newFolder, writePico } from "./fixture.js";

const folder = newFolder();
const init = writePico(folder);
const small: Omit<TrainImitationOptions, "out" | "log"> = {
  init,
  seed: 1,
  source: "demonstrations",
  domains: ["math"],
  steps: 4,
  promptsPerStep: 3,
  groupSize: 2,
  learningRate: 0.01,
  checkpointEvery: 2,
};

async function train(
  name: string,
  options: Partial<TrainImitationOptions> = {},
): Promise<{ metrics: ImitationMetrics[]; weights: Buffer; path: string }> {
  const path = join(folder, name);
  const { metrics } = await trainImitation({
    ...small,
    out: path,
    log: `${path}.jsonl`,
    ...options,
  });
  const weights = readFileSync(join(path, "model.safetensors"));
  return { metrics, weights, path };
}

describe("trainImitation", () => {
  test("learns demonstrations: their loss falls, every one is used, nothing is sampled", async () => {
    const { metrics } = await train("demonstrations");
    expect(metrics).toHaveLength(4);
    expect(metrics.at(-1)!.loss).toBeLessThan(metrics[0]!.loss - 0.5);
    for (const { answers, drawn, tokens } of metrics) {
      expect([answers, drawn]).toEqual([6, 6]);
      expect(tokens.sampled).toBe(0);
      expect(tokens.trained).toBeGreaterThan(0);
    }
  });

  test("keeps correct answers alone: an untrained model writes none, and then nothing is learned from", async () => {
    const { metrics } = await train("rollouts", { source: "rollouts" });
    for (const { answers, drawn, loss, gradNorm, tokens } of metrics) {
      expect([answers, drawn, loss, gradNorm]).toEqual([0, 6, 0, 0]);
      expect(tokens.sampled).toBeGreaterThan(0);
      expect(tokens.trained).toBe(0);
    }
  });

  test("stopped and started again, ends with the same bytes", async () => {
    const { weights } = await train("whole");
    const controller = new AbortController();
    const stopped = train("stopped", {
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 2) controller.abort(new Error("stop"));
      },
    });
    await expect(stopped).rejects.toThrow("stop");
    expect((await train("stopped")).weights.equals(weights)).toBe(true);
  });

  test("writes down what it was trained on", async () => {
    const { path } = await train("noted", { steps: 1 });
    const provenance = JSON.parse(
      readFileSync(join(path, "provenance.json"), "utf8"),
    ) as object;
    expect(provenance).toMatchObject({
      kind: "imitation",
      options: { source: "demonstrations", name: "math", groupSize: 2 },
    });
  });

  test.each(["demonstrations", "rollouts"] as const)(
    "takes tasks as hard as it is told, of %s too",
    async (source) => {
      const levels = async (difficulty: "easy" | "hard") => {
        const name = `${source}-${difficulty}`;
        const { path } = await train(name, { source, difficulty, steps: 1 });
        const { options } = JSON.parse(
          readFileSync(join(path, "provenance.json"), "utf8"),
        ) as { options: { levels: { math: number[] } } };
        return options.levels.math;
      };
      expect(await levels("easy")).toEqual(rlLevels("easy").math);
      expect(await levels("hard")).toEqual(rlLevels("hard").math);
      expect(rlLevels("hard").math).not.toEqual(rlLevels("easy").math);
    },
  );

  test("throws RangeError for an unknown source and TrainError without a domain", async () => {
    await expect(
      train("bad", { source: "books" as "rollouts" }),
    ).rejects.toThrow(
      'trainImitation: source must be one of demonstrations, rollouts, got "books"',
    );
    await expect(train("none", { domains: [] })).rejects.toThrow(
      "trainImitation: domains must name at least one domain, got none",
    );
  });
});
