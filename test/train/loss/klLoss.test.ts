/** The full divergence at every token, against PyTorch, finite differences and the sampled estimate. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  startEngine,
  tf,
  type Tensor,
  type Tensor2D,
} from "../../../src/engine/index.js";
import {
  initParams,
  Policy,
  scoreSequences,
} from "../../../src/model/index.js";
import {
  fullKlLosses,
  grpoLosses,
  klPerToken,
  policyLoss,
} from "../../../src/train/index.js";
import { lossAndGradient } from "../../../src/train/optim/gradient.js";
import { PICO } from "../../model/pico.js";
import { entriesOf, flatGradient } from "../fixture.js";

startEngine();

describe("klPerToken(student, teacher)", () => {
  const table = (rows: number[][]): Tensor2D =>
    tf.tensor2d(rows.map((row) => row.map(Math.log)));
  const student = table([
    [0.5, 0.25, 0.25],
    [0.2, 0.3, 0.5],
  ]);
  const teacher = table([
    [0.25, 0.5, 0.25],
    [0.2, 0.3, 0.5],
  ]);
  test("is Σ s ln(s/t) in reverse, Σ t ln(t/s) forward, and 0 where both agree", () => {
    const reverse = klPerToken(student, teacher, "reverse").dataSync();
    // 0.5 ln 2 − 0.25 ln 2
    expect(reverse[0]).toBeCloseTo(0.25 * Math.LN2, 6);
    expect(reverse[1]).toBeCloseTo(0, 7);
    const other = table([
      [0.9, 0.05, 0.05],
      [0.2, 0.3, 0.5],
    ]);
    const forward = klPerToken(student, other, "forward").dataSync();
    expect(forward[0]).toBeCloseTo(
      0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.05 / 0.25),
      6,
    );
  });
});

interface Golden {
  student: number[][];
  teacher: number[][];
  tokens: number[];
  share: number[];
  old: number[];
  cases: {
    name: "onPolicy" | "reverse" | "forward" | "entropy";
    loss: number;
    gradient: number[][];
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/train/distill.json", "utf8"),
) as Golden;

describe("losses of distillation on logits", () => {
  test.each(golden.cases)(
    "$name agrees with PyTorch in value and gradient",
    ({ name, loss, gradient }) => {
      const vocabulary = golden.student[0]!.length;
      const targets = tf.oneHot(
        tf.tensor1d(golden.tokens, "int32"),
        vocabulary,
        1,
        0,
        "float32",
      );
      const teacher = tf.logSoftmax(tf.tensor2d(golden.teacher)) as Tensor2D;
      const share = tf.tensor1d(golden.share);
      const chosen = (table: Tensor): Tensor =>
        tf.sum(tf.mul(table, targets), 1);
      const old = tf.tensor1d(golden.old);
      const lossOf = (logits: Tensor): Tensor => {
        const own = tf.logSoftmax(logits as Tensor2D) as Tensor2D;
        const logp = chosen(own);
        if (name === "reverse" || name === "forward")
          return tf.sum(tf.mul(klPerToken(own, teacher, name), share));
        const batch = { share, old, rollout: old };
        if (name === "onPolicy")
          return policyLoss(
            logp,
            { ...batch, advantages: tf.sub(chosen(teacher), old) },
            { clipEpsHigh: 0.2, importanceSampling: "none" },
          );
        // Without advantages only the bonus is left, with the opposite sign.
        const entropy = tf.neg(tf.sum(tf.mul(tf.exp(own), own), 1));
        const none = tf.zerosLike(logp);
        return tf.neg(
          policyLoss(
            logp,
            { ...batch, advantages: none, entropy },
            { entropyCoef: 1 },
          ),
        );
      };
      const { value, grad } = tf.valueAndGrad(lossOf)(
        tf.tensor2d(golden.student),
      );
      expect(value.dataSync()[0]).toBeCloseTo(loss, 5);
      const expected = gradient.flat();
      grad.dataSync().forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 5));
    },
  );
});

/** Rows of different length, some tokens marked. */
const ROWS = [
  [5, 9, 3, 17, 2, 8],
  [1, 4, 6],
  [12, 30, 7, 7, 20, 41, 2],
].map((tokens) => ({
  tokens,
  mask: tokens.map((_, t) => t > 1 && t !== 4),
}));

describe("fullKlLosses", () => {
  const policy = Policy.fromParams(initParams(PICO, 4), PICO);
  const one = Policy.fromParams(initParams(PICO, 5), PICO);
  const two = Policy.fromParams(initParams(PICO, 6), PICO);
  const taught = [
    { teacher: one, rows: ROWS.slice(0, 1) },
    { teacher: two, rows: ROWS.slice(1) },
  ];
  const evaluate = (
    direction: "reverse" | "forward",
    maxTokens?: number,
    by = taught,
  ) => {
    const losses = fullKlLosses(PICO, by, { direction, maxTokens });
    const result = lossAndGradient(policy.weights, losses);
    return { loss: result.loss, gradient: flatGradient(result.gradient) };
  };

  test.each(["reverse", "forward"] as const)(
    "%s: has the gradient that finite differences give",
    (direction) => {
      const { gradient } = evaluate(direction);
      const base = new Map(policy.weights);
      const entries = entriesOf(policy.weights).filter(({ name }) =>
        /layers.0.self_attn.v_proj|layers.1.mlp.up|embed/.test(name),
      );
      expect(entries).toHaveLength(3);
      for (const { name, offset, size } of entries) {
        const part = gradient.slice(offset, offset + size);
        const norm = Math.hypot(...part);
        const epsilon = 2e-3;
        const direct = tf.tensor(
          Float32Array.from(part, (g) => (g / norm) * epsilon),
          base.get(name)!.shape,
        );
        policy.weights.set(name, tf.add(base.get(name)!, direct));
        const up = evaluate(direction).loss;
        policy.weights.set(name, tf.sub(base.get(name)!, direct));
        const down = evaluate(direction).loss;
        policy.weights.set(name, base.get(name)!);
        // float32 losses of size 0.1 over a step of 0.002
        expect(Math.abs((up - down) / (2 * epsilon) / norm - 1)).toBeLessThan(
          0.02,
        );
      }
    },
  );

  test("does not depend on how rows are cut into micro-batches", () => {
    const whole = evaluate("reverse");
    const cut = evaluate("reverse", 7);
    expect(cut.loss).toBeCloseTo(whole.loss, 6);
    cut.gradient.forEach((g, i) =>
      expect(Math.abs(g - whole.gradient[i]!)).toBeLessThan(1e-5),
    );
  });

  test("is the mean over rows of each row's token mean", () => {
    const single = ROWS.map((row, i) =>
      evaluate("forward", undefined, [
        { teacher: i === 0 ? one : two, rows: [row] },
      ]),
    );
    const mean = single.reduce((sum, { loss }) => sum + loss, 0) / ROWS.length;
    expect(evaluate("forward").loss).toBeCloseTo(mean, 6);
  });

  test("vanishes with its gradient where the teacher is the student", () => {
    for (const direction of ["reverse", "forward"] as const) {
      const { loss, gradient } = evaluate(direction, undefined, [
        { teacher: policy, rows: ROWS },
      ]);
      expect(loss).toBe(0);
      expect(Math.hypot(...gradient)).toBeLessThan(1e-6);
    }
  });

  test("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    evaluate("forward");
    expect(tf.memory().numTensors).toBe(before);
  });

  test("reverse: its gradient is the mean of the sampled one, over the tokens that the student could have sampled", () => {
    // one position, whose next token is drawn from the student's own distribution: Σ_v p(v) ∇ sampled(v) = ∇ exact
    const prefix = [5, 9, 3];
    const vocabulary = Array.from({ length: PICO.vocabSize }, (_, v) => v);
    const rows = vocabulary.map((v) => ({
      tokens: [...prefix, v],
      mask: [false, false, false, true],
    }));
    const passes = { maxTokens: 8192, temperature: 1 };
    const student = scoreSequences(policy, rows, passes);
    const teacher = scoreSequences(one, rows, passes);
    const expected = evaluate("reverse", undefined, [
      { teacher: one, rows: rows.slice(0, 1) },
    ]).gradient;
    const samples = rows.map((row, v) => ({
      ...row,
      rollout: student[v]!,
      // weighted by p(v), and by V against the mean over samples
      advantage: student[v]!.map(
        (s, t) => (teacher[v]![t]! - s) * Math.exp(s) * PICO.vocabSize,
      ),
    }));
    const { gradient } = lossAndGradient(
      policy.weights,
      grpoLosses(PICO, samples, { importanceSampling: "none" }),
    );
    const sampledGradient = flatGradient(gradient);
    const difference = Math.hypot(
      ...expected.map((g, i) => g - sampledGradient[i]!),
    );
    expect(difference / Math.hypot(...expected)).toBeLessThan(1e-3);
  });
});
