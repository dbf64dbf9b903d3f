import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startEngine, tf, type Tensor } from "../../src/engine/index.js";
import {
  generate,
  initParams,
  Policy,
  scoreSequences,
} from "../../src/model/index.js";
import {
  groupAdvantages,
  grpoLosses,
  policyLoss,
  type PolicyLossOptions,
  type PolicySample,
} from "../../src/train/index.js";
import { lossAndGradient } from "../../src/train/gradient.js";
import { layoutOf } from "../../src/train/layout.js";
import { PICO } from "../model/pico.js";
import { picoLearner } from "./fixture.js";

startEngine();

describe("groupAdvantages(rewards)", () => {
  test("divides by the unbiased standard deviation", () => {
    const [a, b, c, d] = groupAdvantages([1, 0, 0, 0]);
    expect(a).toBeCloseTo(0.75 / (0.5 + 1e-6), 12);
    expect([b, c, d]).toEqual(Array(3).fill(-0.25 / (0.5 + 1e-6)));
  });
  test("is exactly 0 when all rewards are equal, also when their mean is not exact", () => {
    expect(groupAdvantages([0.1, 0.1, 0.1])).toEqual([0, 0, 0]);
    expect(groupAdvantages([1])).toEqual([0]);
  });
  test("throws RangeError on an empty group", () => {
    expect(() => groupAdvantages([])).toThrow(
      "groupAdvantages: group must have at least 1 reward, got 0",
    );
  });
});

interface Golden {
  clipLow: number;
  clipHigh: number;
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
        clipLow: golden.clipLow,
        clipHigh: golden.clipHigh,
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

/** Samples of different length whose sampler and old log-probs differ a little from the model's. */
function samplesOf(policy: Policy, withOld: boolean): PolicySample[] {
  const rows = [
    [5, 9, 3, 17, 2, 8],
    [1, 4, 6],
    [12, 30, 7, 7, 20, 41, 2],
    [3, 3, 5, 60],
  ];
  const scores = scoreSequences(policy, rows);
  const rewards = groupAdvantages([1, 0, 0, 1]);
  return rows.map((tokens, i) => ({
    tokens,
    marks: tokens.map((_, t) => t > 1 && t !== 4),
    rollout: scores[i]!.map((x, t) => x + 0.03 * Math.sin(i + t)),
    advantage: rewards[i]!,
    old: withOld
      ? scores[i]!.map((x, t) => x + 0.1 * Math.cos(i + 2 * t))
      : undefined,
  }));
}

describe("grpoLosses", () => {
  const policy = Policy.fromParams(initParams(PICO, 4), PICO);
  const layout = layoutOf(policy.weights);
  const evaluate = (
    samples: PolicySample[],
    options: PolicyLossOptions & { maxTokens?: number } = {},
  ) => {
    const { loss, gradient } = lossAndGradient(
      layout,
      policy.weights,
      grpoLosses(PICO, samples, options),
    );
    return { loss, gradient: gradient.dataSync() };
  };

  test("has the gradient that finite differences give", () => {
    const samples = samplesOf(policy, true);
    const { gradient } = evaluate(samples);
    const base = new Map(policy.weights);
    const entries = layout.entries.filter(({ name }) =>
      /layers.0.self_attn.v_proj|layers.1.mlp.up|q_norm|embed/.test(name),
    );
    for (const { name, offset, size } of entries) {
      // along the gradient of one tensor, where the change of the loss is largest against rounding
      const part = gradient.slice(offset, offset + size);
      const norm = Math.hypot(...part);
      const epsilon = 2e-3;
      const direction = tf.tensor(
        Float32Array.from(part, (g) => (g / norm) * epsilon),
        base.get(name)!.shape,
      );
      policy.weights.set(name, tf.add(base.get(name)!, direction));
      const up = evaluate(samples).loss;
      policy.weights.set(name, tf.sub(base.get(name)!, direction));
      const down = evaluate(samples).loss;
      policy.weights.set(name, base.get(name)!);
      // float32 losses of size 0.1 over a step of 0.002
      expect(Math.abs((up - down) / (2 * epsilon) / norm - 1)).toBeLessThan(
        0.02,
      );
    }
  });

  test("does not depend on how samples are cut into micro-batches", () => {
    const samples = samplesOf(policy, false);
    const whole = evaluate(samples);
    const cut = evaluate(samples, { maxTokens: 7 });
    expect(cut.loss).toBeCloseTo(whole.loss, 6);
    // sums in another order: units in the last place of gradients of size 1
    cut.gradient.forEach((g, i) =>
      expect(Math.abs(g - whole.gradient[i]!)).toBeLessThan(1e-5),
    );
  });

  test("a group of equal rewards adds nothing but counts in the mean", () => {
    const samples = samplesOf(policy, false);
    const flat = samples.map((sample) => ({ ...sample, advantage: 0 }));
    const alone = evaluate(samples);
    const both = evaluate([...samples, ...flat]);
    expect(both.loss).toBeCloseTo(alone.loss / 2, 7);
    both.gradient.forEach((g, i) =>
      expect(Math.abs(g - alone.gradient[i]! / 2)).toBeLessThan(1e-5),
    );
    expect(grpoLosses(PICO, flat)).toEqual([]);
    expect(grpoLosses(PICO, flat, { klCoef: 0.1 })).toHaveLength(1);
  });

  test("without old log-probs the ratio is 1, so clipping changes nothing", () => {
    const samples = samplesOf(policy, false);
    const free = evaluate(samples);
    const tight = evaluate(samples, { clipLow: 0, clipHigh: 0 });
    expect(tight).toEqual(free);
  });
});

describe("GRPO on a bandit", () => {
  test("finds the rewarded token of each of two prompts", () => {
    const learner = picoLearner({ weightDecay: 0 });
    const prompts = [
      [10, 11],
      [12, 13],
    ];
    const rewarded = [20, 33];
    const groups = prompts.flatMap((prompt, p) =>
      Array.from({ length: 32 }, () => ({ prompt, p })),
    );
    let reward = 0;
    for (let step = 0; step < 120; step++) {
      const completions = generate(
        learner.policy,
        groups.map(({ prompt }) => prompt),
        {
          maxNewTokens: 1,
          stop: 2,
          seed: 1,
          streams: groups.map((_, i) => `bandit/${step}/${i}`),
        },
      );
      const rewards = completions.map(({ tokens }, i) =>
        Number(tokens[0] === rewarded[groups[i]!.p]),
      );
      reward = rewards.reduce((a, b) => a + b, 0) / rewards.length;
      const advantages = [
        ...groupAdvantages(rewards.slice(0, 32)),
        ...groupAdvantages(rewards.slice(32)),
      ];
      const samples = completions.map(({ tokens, logprobs }, i) => ({
        tokens: [...groups[i]!.prompt, ...tokens],
        marks: [false, false, true],
        rollout: [0, 0, ...logprobs],
        advantage: advantages[i]!,
      }));
      learner.update(grpoLosses(PICO, samples), 3e-3, "bandit");
    }
    expect(reward).toBeGreaterThan(0.95);
    learner.dispose();
  });
});
