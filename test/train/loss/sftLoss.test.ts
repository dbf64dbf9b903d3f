/** The loss of supervised fine-tuning. */
import { describe, expect, test } from "vitest";
import { startEngine } from "../../../src/engine/index.js";
import {
  initParams,
  Policy,
  scoreSequences,
} from "../../../src/model/index.js";
import { sftLosses } from "../../../src/train/index.js";
import { lossAndGradient } from "../../../src/train/optim/gradient.js";
import { PICO } from "../../model/pico.js";
import { picoLearner } from "../fixture.js";

startEngine();

const batch = [
  { tokens: [5, 9, 3, 17, 2], mask: [false, false, true, true, true] },
  { tokens: [7, 1, 40], mask: [false, true, true] },
  { tokens: [8, 8], mask: [true, false] },
];

describe("sftLosses", () => {
  test("sum to the token mean over the whole batch, however it is cut", () => {
    const policy = Policy.fromParams(initParams(PICO, 4), PICO);
    const scores = scoreSequences(
      policy,
      batch.map(({ tokens }) => tokens),
    );
    const expected =
      -(
        scores[0]![2]! +
        scores[0]![3]! +
        scores[0]![4]! +
        scores[1]![1]! +
        scores[1]![2]!
      ) / 5;
    for (const maxTokens of [4, 100]) {
      const { loss } = lossAndGradient(
        policy.weights,
        sftLosses(PICO, batch, maxTokens),
      );
      expect(loss).toBeCloseTo(expected, 5);
    }
  });

  test("a pico model learns a tiny batch by heart", () => {
    const learner = picoLearner();
    let loss = Infinity;
    for (let step = 0; step < 100; step++) {
      loss = learner.update(sftLosses(PICO, batch, 100), 1e-2, "overfit").loss;
    }
    expect(loss).toBeLessThan(0.01);
    learner.dispose();
  });
});
