/** The losses of a GRPO step on a model. */
import { describe, expect, test } from "vitest";
import { startEngine, tf } from "../../../src/engine/index.js";
import {
  initParams,
  Policy,
  scoreSequences,
} from "../../../src/model/index.js";
import {
  groupAdvantages,
  grpoLosses,
  type GrpoLossOptions,
  type PolicySample,
} from "../../../src/train/index.js";
import { lossAndGradient } from "../../../src/train/optim/gradient.js";
import { PICO } from "../../model/pico.js";
import { picoLearner, entriesOf, flatGradient } from "../fixture.js";

startEngine();

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
    mask: tokens.map((_, t) => t > 1 && t !== 4),
    rollout: scores[i]!.map((x, t) => x + 0.03 * Math.sin(i + t)),
    advantage: rewards[i]!,
    old: withOld
      ? scores[i]!.map((x, t) => x + 0.1 * Math.cos(i + 2 * t))
      : undefined,
  }));
}

describe("grpoLosses", () => {
  const policy = Policy.fromParams(initParams(PICO, 4), PICO);
  const evaluate = (samples: PolicySample[], options: GrpoLossOptions = {}) => {
    const { loss, gradient } = lossAndGradient(
      policy.weights,
      grpoLosses(PICO, samples, options),
    );
    return { loss, gradient: flatGradient(gradient) };
  };

  test.each<[string, GrpoLossOptions]>([
    ["the default", {}],
    ["a KL term", { klCoef: 0.5 }],
    ["an entropy bonus", { entropyCoef: 0.3 }],
    ["token reduction", { reduction: "token" }],
    ["truncated importance sampling", { importanceSampling: "truncated" }],
    ["a temperature", { temperature: 0.7 }],
  ])("%s: has the gradient that finite differences give", (_, options) => {
    const samples = samplesOf(policy, true).map((sample) => ({
      ...sample,
      reference: sample.rollout,
    }));
    const { gradient } = evaluate(samples, options);
    const base = new Map(policy.weights);
    const entries = entriesOf(policy.weights).filter(({ name }) =>
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
      const up = evaluate(samples, options).loss;
      policy.weights.set(name, tf.sub(base.get(name)!, direction));
      const down = evaluate(samples, options).loss;
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
    const tight = evaluate(samples, { clipEps: 0, clipEpsHigh: 0 });
    expect(tight).toEqual(free);
  });
});

describe("options of grpoLosses", () => {
  const policy = Policy.fromParams(initParams(PICO, 4), PICO);
  const evaluate = (samples: PolicySample[], options: GrpoLossOptions) => {
    const { loss, gradient } = lossAndGradient(
      policy.weights,
      grpoLosses(PICO, samples, options),
    );
    return { loss, gradient: flatGradient(gradient) };
  };
  const samples = samplesOf(policy, true);
  const trained = samples.map(
    ({ mask }) => mask.slice(1).filter(Boolean).length,
  );

  test('reduction "sample" weighs each sample the same, "token" each token', () => {
    const alone = samples.map((sample) => evaluate([sample], {}).loss);
    const n = trained.reduce((a, b) => a + b, 0);
    const weighted = (weights: number[]): number =>
      alone.reduce((sum, loss, i) => sum + loss * weights[i]!, 0);
    expect(new Set(trained).size).toBeGreaterThan(1);
    expect(evaluate(samples, {}).loss).toBeCloseTo(
      weighted(samples.map(() => 1 / samples.length)),
      6,
    );
    expect(evaluate(samples, { reduction: "token" }).loss).toBeCloseTo(
      weighted(trained.map((count) => count / n)),
      6,
    );
  });

  test("the loss with an entropy bonus differs from the one without by the mean entropy", () => {
    const bonus = evaluate(samples, { entropyCoef: 1 }).loss;
    const entropy = evaluate(samples, {}).loss - bonus;
    // a random model is nearly uniform over its vocabulary
    expect(entropy).toBeLessThan(Math.log(PICO.vocabSize));
    expect(entropy).toBeGreaterThan(0.95 * Math.log(PICO.vocabSize));
  });

  test("an entropy bonus reaches samples of advantage 0 too", () => {
    const flat = samples.map((sample) => ({ ...sample, advantage: 0 }));
    expect(grpoLosses(PICO, flat)).toEqual([]);
    const { gradient } = evaluate(flat, { entropyCoef: 1 });
    expect(Math.hypot(...gradient)).toBeGreaterThan(1e-3);
  });

  test("masked importance sampling leaves out tokens whose sampler disagrees, truncated keeps them at twice their weight", () => {
    // the sampler gave every token a third of the probability that the trainer gives it: ρ' = 3
    const far = samples.map((sample) => ({
      ...sample,
      rollout: Array.from(sample.old!, (x) => x - Math.log(3)),
    }));
    const none = evaluate(far, { importanceSampling: "none" });
    expect(evaluate(far, { importanceSampling: "masked" }).loss).toBeCloseTo(0);
    expect(evaluate(far, { importanceSampling: "truncated" }).loss).toBeCloseTo(
      2 * none.loss,
      6,
    );
    expect(evaluate(far, {}).loss).toBeCloseTo(0);
  });

  test("one advantage a token is the same as one a sample where all are equal", () => {
    const perToken = samples.map((sample) => ({
      ...sample,
      advantage: sample.tokens.map(() => sample.advantage as number),
    }));
    expect(evaluate(perToken, {})).toEqual(evaluate(samples, {}));
  });

  test("several updates on the same rollouts: the first is as without clipping, then clipping holds the ratio back", () => {
    const final = (options: GrpoLossOptions): Float32Array[] => {
      const learner = picoLearner({ weightDecay: 0 });
      const start = scoreSequences(
        learner.policy,
        samples.map(({ tokens }) => tokens),
      );
      const own = samples.map((sample, i) => ({
        ...sample,
        rollout: start[i]!,
        old: start[i]!,
      }));
      const losses = grpoLosses(PICO, own, options);
      const after = Array.from({ length: 8 }, () => {
        learner.update(losses, 3e-3, "test");
        const logp = scoreSequences(
          learner.policy,
          own.map(({ tokens }) => tokens),
        );
        return Float32Array.from(own[0]!.mask, (isMarked, t) =>
          isMarked ? Math.exp(logp[0]![t]! - start[0]![t]!) : 1,
        );
      });
      learner.dispose();
      return after;
    };
    const clipped = final({});
    const free = final({ clipEps: 1, clipEpsHigh: 1e9 });
    expect(clipped[0]).toEqual(free[0]);
    // sample 0 has a positive advantage: what is above 1.28 is not pushed further
    expect(Math.max(...clipped[7]!)).toBeLessThan(Math.max(...free[7]!));
    expect(Math.max(...free[7]!)).toBeGreaterThan(1.28);
  });
});
