import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import {
  readModelFolder,
  writeModelFolder,
} from "../../src/checkpoint/index.js";
import { type Domain } from "../../src/domains/index.js";
import {
  startEngine,
  tf,
  type Tensor,
  type Tensor2D,
} from "../../src/engine/index.js";
import {
  configToJson,
  initParams,
  loadPolicy,
  Policy,
  scoreSequences,
} from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { rollouts } from "../../src/rollout/index.js";
import { trainBpe } from "../../src/tokenizer/index.js";
import {
  distillSamples,
  fullKlLosses,
  grpoLosses,
  klPerToken,
  rolloutSequence,
  policyLoss,
  Teachers,
  trainDistill,
  type DistillMetrics,
  type DistillMethod,
  type TrainDistillOptions,
} from "../../src/train/index.js";
import { lossAndGradient } from "../../src/train/optim/gradient.js";
import { drawTask } from "../../src/world/index.js";
import { PICO } from "../model/pico.js";
import {
  newFolder,
  PICO_CHAT,
  TOKENIZER_JSON,
  writePico,
  entriesOf,
  flatGradient,
} from "./fixture.js";

// Two busy cores are slow; nothing here waits for a time to pass.
vi.setConfig({ testTimeout: 180_000 });

startEngine();

const folder = newFolder();
const init = writePico(folder);
const place = (name: string): { out: string; log: string } => ({
  out: join(folder, name),
  log: join(folder, `${name}.jsonl`),
});
const weightsOf = (path: string): Buffer =>
  readFileSync(join(path, "model.safetensors"));

/** A teacher that is surer of itself than the student, so that a few steps can learn something from it. */
function writeTeacher(name: string, sharpness: number): string {
  const path = join(folder, name);
  const params = initParams(PICO_CHAT, 1);
  const norm = params.get("model.norm.weight")!;
  params.set("model.norm.weight", {
    ...norm,
    data: norm.data.map((x) => sharpness * x),
  });
  writeModelFolder(path, {
    config: configToJson(PICO_CHAT),
    params,
    tokenizer: JSON.stringify(TOKENIZER_JSON),
  });
  return path;
}
const teachers = {
  math: writeTeacher("math", 4),
  instruction: writeTeacher("instruction", 3),
};
const small: Omit<TrainDistillOptions, "out" | "log"> = {
  init,
  teachers,
  seed: 1,
  name: "run",
  steps: 3,
  promptsPerStep: 4,
  groupSize: 2,
  checkpointEvery: 2,
};

describe("distillSamples(rollouts, teacher)", () => {
  const { policy, tokenizer } = loadPolicy(init);
  const teacher = loadPolicy(teachers.math).policy;
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

describe("Teachers", () => {
  const { policy, tokenizer } = loadPolicy(init);
  test("sends each item to the teacher of its domain", () => {
    const judges = new Teachers(
      teachers,
      ["math", "instruction"],
      policy,
      tokenizer,
    );
    const routed = judges.route(["instruction", "math", "instruction"]);
    expect(routed.map(({ indices }) => indices)).toEqual([[1], [0, 2]]);
    expect(routed[0]!.teacher).toBe(judges.of("math"));
    judges.dispose();
  });
  test("a domain without a teacher is an error, never another one's task", () => {
    const judges = new Teachers(teachers, ["math"], policy, tokenizer);
    expect(() => judges.route(["math", "agent"])).toThrow(
      'teachers: domain must be one of math, got "agent"',
    );
    judges.dispose();
  });
  test("refuses a teacher that reads other tokens, and leaves no tensor behind", () => {
    const json = trainBpe(["another corpus, other merges"], {
      vocabSize: 270,
    });
    const other = join(folder, "foreign");
    writeModelFolder(other, {
      config: configToJson(PICO_CHAT),
      params: initParams(PICO_CHAT, 9),
      tokenizer: JSON.stringify(json),
    });
    const before = tf.memory().numTensors;
    expect(
      () =>
        new Teachers(
          { ...teachers, agent: other },
          ["math", "agent"],
          policy,
          tokenizer,
        ),
    ).toThrow(
      `teachers: agent must have the student's tokenizer, got a different one in ${other}`,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("trainDistill", () => {
  test("writes a model, its provenance with every teacher, and a log line a step", async () => {
    const before = tf.memory().numTensors;
    const steps: DistillMetrics[] = [];
    const { out, tokens } = await trainDistill({
      ...small,
      ...place("whole"),
      onStep: (metrics) => steps.push(metrics),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(steps).toHaveLength(3);
    for (const { kl, kls, tokens: own, seconds } of steps) {
      expect(kl).toBeGreaterThan(0);
      expect(Object.keys(kls!).length).toBeGreaterThan(0);
      expect(own.scored).toBe(own.trained);
      expect(seconds.rollout).toBeGreaterThan(0);
      expect(seconds.reward).toBeGreaterThan(0);
    }
    expect(tokens.scored).toBe(tokens.trained);
    const provenance = JSON.parse(
      readFileSync(join(out, "provenance.json"), "utf8"),
    ) as { kind: string; teachers: Record<string, string> };
    expect(provenance.kind).toBe("distill");
    expect(Object.keys(provenance.teachers)).toEqual(["math", "instruction"]);
    expect(readModelFolder(out).params.size).toBe(
      readModelFolder(init).params.size,
    );
  });

  test("killed and started again, ends with the same bytes", async () => {
    const killed = place("killed");
    const die = trainDistill({
      ...small,
      ...killed,
      onStep: ({ step }) => {
        if (step === 2) throw new Error("killed");
      },
    });
    await expect(die).rejects.toThrow("killed");
    const seen: number[] = [];
    await trainDistill({
      ...small,
      ...killed,
      onStep: ({ step }) => seen.push(step),
    });
    expect(seen).toEqual([2]);
    expect(weightsOf(killed.out)).toEqual(weightsOf(place("whole").out));
  });

  test.each<[DistillMethod, Partial<TrainDistillOptions>]>([
    ["onPolicy", { updatesPerRollout: 2, temperature: 0.8 }],
    ["reverseKl", {}],
    ["forwardKl", { store: "bfloat16" }],
    ["offPolicy", {}],
  ])("%s brings the student closer to its teachers", async (method, more) => {
    const before = tf.memory().numTensors;
    const { metrics } = await trainDistill({
      ...small,
      ...more,
      ...place(`closer-${method}`),
      method,
      steps: 8,
      learningRate: 5e-3,
      weightDecay: 0,
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(metrics.at(-1)!.kl).toBeLessThan(0.9 * metrics[0]!.kl);
  });

  test("another teacher gives another student", async () => {
    const other = place("other");
    await trainDistill({
      ...small,
      ...other,
      teachers: { ...teachers, math: teachers.instruction },
    });
    expect(weightsOf(other.out)).not.toEqual(weightsOf(place("whole").out));
  });

  test.each<[Partial<TrainDistillOptions>, string]>([
    [
      { domains: ["math", "agent"] },
      "trainDistill: teachers must hold one for agent, got math, instruction",
    ],
    [
      { teachers: {} },
      "trainDistill: domains must name at least one domain, got none",
    ],
    [
      { domains: ["maths" as Domain] },
      'trainDistill: domains must be of math, coding, science, instruction, agent, got "maths"',
    ],
    [
      { method: "sft" as DistillMethod },
      'trainDistill: method must be one of onPolicy, reverseKl, forwardKl, offPolicy, got "sft"',
    ],
    [
      { groupSize: 0 },
      "trainDistill: groupSize must be a positive integer, got 0",
    ],
    [{ clipEps: 2 }, "trainDistill: clipEps must be in [0, 1], got 2"],
  ])("refuses %o before any work", async (options, message) => {
    const target = place("refused");
    await expect(
      trainDistill({ ...small, ...target, ...options }),
    ).rejects.toThrow(message);
    expect(existsSync(target.log)).toBe(false);
  });
});
