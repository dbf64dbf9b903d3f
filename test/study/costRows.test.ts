import { expect, test } from "vitest";
import { costRows } from "../../src/study/rows/cost.js";
import type { StepMetrics } from "../../src/train/index.js";

const line = (
  tokens: StepMetrics["tokens"],
  seconds: Partial<StepMetrics["seconds"]>,
): StepMetrics => ({
  step: 0,
  loss: 0,
  gradNorm: 0,
  learningRate: 0,
  tokens,
  seconds: {
    rollout: 0,
    update: 0,
    total: 0,
    ...seconds,
  } as StepMetrics["seconds"],
});
const rollout = { prefill: 10, sampled: 20, trained: 30 };
const run = (model: string, log: StepMetrics[]) => ({ model, seed: 1, log });

test("costRows counts 2N a token read, sampled or scored and 6N a token trained, against all experts together", () => {
  const timed = line(rollout, {
    rollout: 1,
    reward: 0.5,
    update: 2,
    total: 3.5,
  });
  const student = line({ ...rollout, scored: 30 }, { total: 1 });
  const rows = costRows(
    [
      run("math", [timed, timed]),
      run("coding", [timed]),
      run("opd", [student]),
    ],
    ["math", "coding"],
    "experts",
    7,
  );
  const step = 2 * 7 * 30 + 6 * 7 * 30;
  expect(rows.map(({ model, flops }) => [model, flops])).toEqual([
    ["math", 2 * step],
    ["coding", step],
    ["opd", step + 2 * 7 * 30],
    ["experts", 3 * step],
  ]);
  expect(rows.map(({ ratio }) => ratio)).toEqual([0.6667, 0.3333, 0.4167, 1]);
  expect(rows[3]).toMatchObject({
    steps: 3,
    tokens: { prefill: 30, sampled: 60, trained: 90, scored: 0 },
    seconds: 10.5,
    phases: { rollout: 3, reward: 1.5, update: 6 },
  });
});

test("costRows reads logs of earlier versions, whose verdicts are part of the rollouts' time", () => {
  const old = line(rollout, { rollout: 1.5, update: 2, total: 3.5 });
  const [row] = costRows([run("math", [old])], ["math"], "experts", 7);
  expect(row!.phases).toEqual({ rollout: 1.5, reward: 0, update: 2 });
});
