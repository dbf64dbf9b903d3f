/** The whole-model calls of the torch engine beside the compositions of single operations, and beside themselves after other histories. */
import { describe, expect, test } from "vitest";
import {
  engineKernels,
  startEngine,
  tf,
  type AdamWStep,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../../../src/engine/index.js";
import { labelLogprobs } from "../../../src/model/forward/layers.js";
import {
  composedHiddenStates,
  decoderModel,
} from "../../../src/model/forward/forward.js";
import {
  hiddenStates,
  initParams,
  logits,
  Policy,
  type ModelConfig,
} from "../../../src/model/index.js";
import { sampleRows } from "../../../src/model/generate/sample.js";
import { composedStep } from "../../../src/train/optim/adamw.js";
import { PICO } from "../../model/pico.js";

startEngine();
const kernels = engineKernels();

const LLAMA3 = {
  ...{ factor: 8, lowFreqFactor: 1, highFreqFactor: 4 },
  originalMaxPositions: 32,
};

/** Heads of 8 take the code of any device when decoding, of 32 and 48 the loops of the CPU. */
const CONFIGS: Record<string, ModelConfig> = {
  "qwen3, heads of 8": PICO,
  "qwen3, heads of 32": { ...PICO, headDim: 32 },
  "qwen3, heads of 48, no groups": { ...PICO, headDim: 48, kvHeads: 4 },
  "qwen2, untied": {
    ...PICO,
    ...{ family: "qwen2", headDim: 16, tieEmbeddings: false },
  },
  "llama3, six queries a key": {
    ...PICO,
    ...{ family: "llama", headDim: 32, heads: 6, kvHeads: 1 },
    ropeScaling: LLAMA3,
  },
};

const NAMES = Object.keys(CONFIGS);

function policyOf(name: string): Policy {
  const config = CONFIGS[name]!;
  const params = initParams(config, 1);
  // Biases and norms that do something.
  for (const [key, { data }] of params)
    if (/norm|bias/.test(key))
      data.forEach((v, i) => (data[i] = v + 0.3 * Math.sin(i)));
  return Policy.fromParams(params, config);
}

const ids = (B: number, T: number): Tensor2D =>
  tf.tensor2d(
    Array.from({ length: B * T }, (_, i) => (i * 37 + 11) % PICO.vocabSize),
    [B, T],
    "int32",
  );

/** Largest difference, relative to the largest value. */
function distance(ours: Tensor, theirs: Tensor): number {
  return tf.tidy(() => {
    const scale = tf.max(tf.abs(theirs)).dataSync()[0]!;
    return tf.max(tf.abs(tf.sub(ours, theirs))).dataSync()[0]! / scale;
  });
}

/** Value and gradients of a scalar function of named weights. */
function gradients(
  { weights }: Policy,
  f: (weights: ReadonlyMap<string, Tensor>) => Tensor,
): { value: Tensor; grads: Tensor[] } {
  const names = [...weights.keys()];
  return tf.valueAndGrads((...values: Tensor[]) =>
    f(new Map(names.map((name, i) => [name, values[i]!]))),
  )([...weights.values()]);
}

/** Numbers that make every entry of a result count differently. */
const weights = (shape: number[]): Tensor =>
  tf.sin(
    tf.reshape(
      tf.range(
        0,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    ),
  );

describe.each(NAMES)("hiddenStates of %s", (name) => {
  const policy = policyOf(name);
  const { config } = policy;
  const loss =
    (states: typeof hiddenStates, gradientCheckpointing = false) =>
    (own: ReadonlyMap<string, Tensor>): Tensor => {
      const h = states(own, config, ids(3, 19), { gradientCheckpointing });
      // An untied head takes no part, but must have a gradient.
      const idle = tf.mul(tf.sum([...own.values()].at(-1)!), 0);
      return tf.add(tf.sum(tf.mul(h, weights(h.shape))), idle);
    };

  test("has the values and gradients of the composition", () => {
    const native = hiddenStates(policy.weights, config, ids(3, 19));
    const composed = composedHiddenStates(policy.weights, config, ids(3, 19));
    expect(distance(native, composed)).toBeLessThan(1e-5);
    const ours = gradients(policy, loss(hiddenStates));
    const theirs = gradients(policy, loss(composedHiddenStates));
    [...policy.weights.keys()].forEach((key, i) => {
      if (key === "lm_head.weight") return;
      expect(distance(ours.grads[i]!, theirs.grads[i]!), key).toBeLessThan(
        5e-5,
      );
    });
  });

  test("gives the same bytes with gradient checkpointing", () => {
    const plain = gradients(policy, loss(hiddenStates));
    const again = gradients(policy, loss(hiddenStates, true));
    plain.grads.forEach((gradient, i) =>
      expect(again.grads[i]!.dataSync()).toEqual(gradient.dataSync()),
    );
  });

  test("does not depend on what stands behind a row", () => {
    const long = hiddenStates(policy.weights, config, ids(1, 19));
    const short = hiddenStates(policy.weights, config, ids(1, 7));
    expect(distance(tf.slice(long, [0, 0], [7, -1]), short)).toBeLessThan(1e-5);
  });
});

describe("labelLogprobs", () => {
  const labels = tf.tensor1d([3, 0, 99, 12, 7], "int32");
  const inputs = [
    tf.randomNormal([5, 32], 0, 1, "float32", 1),
    tf.randomNormal([100, 32], 0, 1, "float32", 2),
  ] as [Tensor2D, Tensor2D];
  const native = (h: Tensor, w: Tensor): Tensor =>
    kernels.decoder!.labelLogprobs(h as Tensor2D, w as Tensor2D, labels);
  const composed = (h: Tensor, w: Tensor): Tensor =>
    labelLogprobs(tf.matMul(h, w, false, true) as Tensor2D, labels as Tensor1D);

  test("has the values and gradients of the composition", () => {
    expect(distance(native(...inputs), composed(...inputs))).toBeLessThan(1e-6);
    const loss =
      (f: typeof native) =>
      (h: Tensor, w: Tensor): Tensor =>
        tf.sum(tf.mul(f(h, w), weights([5])));
    const ours = tf.grads(loss(native))(inputs);
    const theirs = tf.grads(loss(composed))(inputs);
    ours.forEach((gradient, i) =>
      expect(distance(gradient, theirs[i]!)).toBeLessThan(1e-5),
    );
  });
});

describe("adamw", () => {
  test.each([1, 15, 16, 1000])(
    "of %i entries has the values of the composition",
    (size) => {
      const [w, g, m] = [1, 2, 3].map((seed) =>
        tf.randomNormal([size], 0, 1, "float32", seed),
      ) as [Tensor, Tensor, Tensor];
      const moments = { first: m, second: tf.square(m) };
      const step: AdamWStep = {
        ...{ scale: 0.7, betas: [0.9, 0.98], epsilon: 1e-8 },
        ...{ stepSize: 0.01, rootScale: 1.3, decay: 0.99 },
      };
      const ours = kernels.adamw!(w, g, moments, step);
      const theirs = composedStep(w, g, moments, step);
      for (const part of ["weight", "first", "second"] as const)
        expect(distance(ours[part], theirs[part])).toBeLessThan(1e-6);
    },
  );
});

describe.each(NAMES)("the cache of %s", (name) => {
  const policy = policyOf(name);
  const { config } = policy;
  const open = (
    scale = 1,
  ): ReturnType<NonNullable<typeof kernels.decoder>["cache"]> =>
    kernels.decoder!.cache(decoderModel(policy.weights, config), scale);
  /** Probabilities of the token after each sequence, by a whole forward pass of each. */
  const expected = (rows: readonly (readonly number[])[], scale = 1): Tensor =>
    tf.tidy(() =>
      tf.stack(
        rows.map((row) => {
          const all = logits(
            policy.weights,
            config,
            tf.tensor2d([[...row]], undefined, "int32"),
          );
          return tf.softmax(
            tf
              .mul(tf.slice(all, [row.length - 1, 0], [1, -1]), scale)
              .flatten(),
          );
        }),
      ),
    );
  const prompts = (): number[][] => [
    [5, 9, 3],
    [7],
    [5, 9, 3],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
  ];
  const compare = (
    cache: ReturnType<typeof open>,
    rows: readonly (readonly number[])[],
    scale = 1,
  ): void =>
    expect(
      distance(
        tf.tensor2d(cache.probabilities(), [rows.length, config.vocabSize]),
        expected(rows, scale),
      ),
    ).toBeLessThan(2e-5);

  test("predicts what whole passes over the sequences predict, beyond its first room and after rows are dropped", () => {
    const cache = open(1.25);
    let rows = prompts();
    cache.prefill(rows);
    compare(cache, rows, 1.25);
    for (let step = 0; step < 85; step++) {
      const next = Int32Array.from(rows, (_, b) => (step * 13 + b * 7) % 64);
      rows.forEach((row, b) => row.push(next[b]!));
      cache.step(next);
      if (step % 21 === 0 || step > 82) compare(cache, rows, 1.25);
      if (step === 40) {
        cache.keepRows([3, 0]);
        rows = [rows[3]!, rows[0]!];
      }
    }
    cache.dispose();
  });

  test("draws what the probabilities say", () => {
    const cache = open();
    cache.prefill(prompts());
    for (let i = 0; i < 50; i++) {
      const uniforms = Float64Array.from([0, 1, 2, 3], (b) =>
        b === 1 ? NaN : (i + 0.5 + b / 7) / 51,
      );
      const ours = cache.draw(uniforms);
      const theirs = sampleRows(cache.probabilities(), 4, uniforms);
      expect([...ours.tokens]).toEqual([...theirs.tokens]);
      ours.logprobs.forEach((value, b) =>
        expect(value).toBeCloseTo(theirs.logprobs[b]!, 5),
      );
    }
    const greedy = cache.draw(null);
    expect([...greedy.tokens]).toEqual([
      ...sampleRows(cache.probabilities(), 4, null).tokens,
    ]);
    cache.dispose();
  });
});

test("a cache whose probabilities are not finite throws RangeError that names the row", () => {
  const policy = policyOf(NAMES[0]!);
  policy.weights.set("model.norm.weight", tf.fill([32], NaN));
  const cache = kernels.decoder!.cache(
    decoderModel(policy.weights, policy.config),
    1,
  );
  cache.prefill([[1, 2]]);
  expect(() => cache.draw(Float64Array.of(0.5))).toThrow(
    new RangeError(
      "sample: probabilities must be finite and add up to more than 0, got others in row 0",
    ),
  );
  cache.dispose();
});
