import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toBf16 } from "../../../src/checkpoint/index.js";
import {
  engineKernels,
  startEngine,
  tf,
  type Tensor,
} from "../../../src/engine/index.js";
import { Random } from "../../../src/random.js";
import {
  adamw,
  globalNorm,
  zeroMoments,
  type Moments,
  type Store,
} from "../../../src/train/index.js";

startEngine();

interface Golden {
  shapes: Record<string, number[]>;
  lr: number;
  betas: [number, number];
  weight_decay: number;
  clip: number;
  runs: {
    store: Store;
    start: Record<string, number[]>;
    steps: {
      gradients: Record<string, number[]>;
      norm: number;
      weights: Record<string, number[]>;
    }[];
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/train/adamw.json", "utf8"),
) as Golden;
const tensors = (values: Record<string, number[]>): Map<string, Tensor> =>
  new Map(
    Object.entries(golden.shapes).map(([name, shape]) => [
      name,
      tf.tensor(values[name]!, shape),
    ]),
  );

describe("adamw", () => {
  test.each(golden.runs)(
    "agrees with ten clipped steps of torch.optim.AdamW, weights in $store",
    ({ store, start, steps }) => {
      const weights = tensors(start);
      const moments = new Map<string, Moments>(
        [...weights].map(([name, weight]) => [name, zeroMoments(weight)]),
      );
      steps.forEach((step, s) => {
        const gradient = tensors(step.gradients);
        const norm = globalNorm(gradient);
        expect(norm).toBeCloseTo(step.norm, 5);
        for (const [name, weight] of weights) {
          const next = adamw(
            weight,
            gradient.get(name)!,
            moments.get(name)!,
            norm,
            s + 1,
            {
              learningRate: golden.lr,
              betas: golden.betas,
              weightDecay: golden.weight_decay,
              clip: golden.clip,
              store,
            },
          );
          weights.set(name, next.weight);
          moments.set(name, next);
          const expected = step.weights[name]!;
          // float32 arithmetic in another order: a few units in the last place of values below 2
          next.weight.dataSync().forEach((value, i) => {
            expect(Math.abs(value - expected.flat(9)[i]!)).toBeLessThan(1e-6);
          });
        }
      });
    },
  );

  const options = {
    learningRate: 0.1,
    betas: [0.9, 0.98],
    weightDecay: 0.5,
    clip: 1,
  } as const;

  test("decays tensors of rank > 1 and no others", () => {
    for (const [shape, expected] of [
      [[4, 6], 0.95],
      [[5], 1],
    ] as const) {
      const ones = tf.ones([...shape]);
      const zeros = tf.zeros([...shape]);
      const { weight } = adamw(ones, zeros, zeroMoments(ones), 0, 1, options);
      weight
        .dataSync()
        .forEach((value) => expect(value).toBeCloseTo(expected, 6));
    }
  });

  test("leaves its inputs as they were", () => {
    const [weight, gradient] = [tf.ones([3]), tf.ones([3])];
    const moments = zeroMoments(weight);
    adamw(weight, gradient, moments, Math.sqrt(3), 1, options);
    for (const ones of [weight, gradient])
      expect([...ones.dataSync()]).toEqual([1, 1, 1]);
    for (const zeros of [moments.first, moments.second])
      expect([...zeros.dataSync()]).toEqual([0, 0, 0]);
  });
});

describe("globalNorm", () => {
  test("is the norm over all tensors, whether they fit one block or not", () => {
    const gradient = new Map<string, Tensor>([
      ["a", tf.fill([3000, 1000], 2)],
      ["b", tf.fill([1500, 1000], -1)],
      ["c", tf.fill([9], 10)],
    ]);
    expect(globalNorm(gradient) / Math.sqrt(13_500_900)).toBeCloseTo(1, 5);
    expect(globalNorm(new Map([["c", tf.fill([9], 10)]]))).toBe(30);
  });
  test("is NaN where one value is", () => {
    expect(globalNorm(new Map([["a", tf.tensor1d([1, NaN])]]))).toBeNaN();
  });
});

describe("roundBf16", () => {
  test("equals the checkpoint's rounding, ties to even, for every exponent and sign", () => {
    const random = new Random(3, "bf16");
    const bits = new Uint32Array(20_000).map(() => random.int(0, 2 ** 32 - 1));
    // exact ties, on both sides of even
    for (let i = 0; i < 4000; i++) {
      bits[i] = ((bits[i]! & 0xffff0000) | 0x8000) >>> 0;
    }
    const values = new Float32Array(bits.buffer).filter(Number.isFinite);
    const rounded = engineKernels().roundBf16(tf.tensor1d(values)).dataSync();
    expect(Buffer.from(Float32Array.from(rounded).buffer)).toEqual(
      Buffer.from(toBf16(values).buffer as ArrayBuffer),
    );
  });
});
