/** The clipped loss on log-probs, against PyTorch. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startEngine, tf, type Tensor } from "../../../src/engine/index.js";
import {
  clipFraction,
  policyLoss,
  type PolicyBatch,
  type PolicyLossOptions,
} from "../../../src/train/index.js";

startEngine();

describe("clipFraction", () => {
  test("is the share of tokens that clipping leaves without a gradient", () => {
    const logp = tf.log(tf.tensor1d([1.3, 1.3, 0.7, 0.7, 1]));
    const batch = {
      // above 1.28 with A > 0 and below 0.8 with A < 0 are clipped
      advantages: tf.tensor1d([1, -1, 1, -1, 1]),
      share: tf.tensor1d([0.1, 0.2, 0.3, 0.25, 0.15]),
      rollout: tf.zeros([5]),
      old: tf.zeros([5]),
    };
    expect(clipFraction(logp, batch).dataSync()[0]).toBeCloseTo(0.35, 6);
    const gradient = tf.grad((x: Tensor) =>
      policyLoss(x, batch, { importanceSampling: "none" }),
    )(logp);
    expect([...gradient.dataSync()].map((g) => g === 0)).toEqual([
      ...[true, false, false, true, false],
    ]);
  });
  test("is 0 on a first update, where the ratio is 1", () => {
    const [advantages, share, rollout] = [1, 1, 0].map((x) => tf.fill([2], x));
    const batch = { ...{ advantages, share, rollout } } as PolicyBatch;
    expect(clipFraction(tf.zeros([2]), batch).dataSync()[0]).toBe(0);
  });
});

interface Golden {
  clipEps: number;
  clipEpsHigh: number;
  logp: number[];
  advantages: number[];
  share: number[];
  rollout: number[];
  reference: number[];
  old: number[];
  cases: {
    importanceSampling: "none" | "truncated" | "masked";
    klCoef: number;
    withOld: boolean;
    loss: number;
    gradient: number[];
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/train/grpo.json", "utf8"),
) as Golden;

describe("policyLoss", () => {
  test.each(golden.cases)(
    "agrees with PyTorch in value and gradient: $importanceSampling, klCoef $klCoef, old $withOld",
    ({ importanceSampling, klCoef, withOld, loss, gradient }) => {
      const batch = {
        advantages: tf.tensor1d(golden.advantages),
        share: tf.tensor1d(golden.share),
        rollout: tf.tensor1d(golden.rollout),
        reference: tf.tensor1d(golden.reference),
        old: withOld ? tf.tensor1d(golden.old) : undefined,
      };
      const options: PolicyLossOptions = {
        clipEps: golden.clipEps,
        clipEpsHigh: golden.clipEpsHigh,
        klCoef,
        importanceSampling,
      };
      const { value, grad } = tf.valueAndGrad((x: Tensor) =>
        policyLoss(x, batch, options),
      )(tf.tensor1d(golden.logp));
      expect(value.dataSync()[0]).toBeCloseTo(loss, 5);
      grad.dataSync().forEach((g, i) => expect(g).toBeCloseTo(gradient[i]!, 5));
    },
  );
});
