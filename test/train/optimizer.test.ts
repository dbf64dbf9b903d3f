import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toBf16 } from "../../src/checkpoint/index.js";
import { startEngine, tf } from "../../src/engine/index.js";
import { Random } from "../../src/random.js";
import { flatten, layoutOf, unflatten } from "../../src/train/layout.js";
import {
  adamw,
  globalNorm,
  initAdamW,
  type Store,
} from "../../src/train/optimizer.js";
import { roundBf16 } from "../../src/train/roundBf16.js";

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
const layout = layoutOf(
  new Map(
    Object.entries(golden.shapes).map(([name, shape]) => [name, { shape }]),
  ),
);
const tensors = (values: Record<string, number[]>) =>
  flatten(
    layout,
    layout.entries.map(({ name, shape }) => tf.tensor(values[name]!, shape)),
  );

describe("adamw", () => {
  test.each(golden.runs)(
    "agrees with ten clipped steps of torch.optim.AdamW, weights in $store",
    ({ store, start, steps }) => {
      let weights = tensors(start);
      let state = initAdamW(layout);
      for (const step of steps) {
        const gradient = tensors(step.gradients);
        const norm = globalNorm(gradient);
        expect(norm).toBeCloseTo(step.norm, 5);
        ({ weights, state } = adamw(layout, weights, gradient, norm, state, {
          learningRate: golden.lr,
          betas: golden.betas,
          weightDecay: golden.weight_decay,
          clip: golden.clip,
          store,
        }));
        const expected = tensors(step.weights).dataSync();
        // float32 arithmetic in another order: a few units in the last place of values below 2
        weights.dataSync().forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
        });
      }
      expect(state.step).toBe(10);
    },
  );

  test("decays tensors of rank > 1 and no others", () => {
    const ones = tf.ones([layout.size]) as ReturnType<typeof tensors>;
    const zero = tf.zeros([layout.size]) as ReturnType<typeof tensors>;
    const { weights } = adamw(layout, ones, zero, 0, initAdamW(layout), {
      learningRate: 0.1,
      betas: [0.9, 0.98],
      weightDecay: 0.5,
      clip: 1,
    });
    const named = unflatten(layout, weights);
    expect(named.get("a.weight")!.dataSync()[0]).toBeCloseTo(0.95, 6);
    expect([...named.get("model.norm.weight")!.dataSync()]).toEqual(
      Array(5).fill(1),
    );
  });

  test("leaves its inputs as they were", () => {
    const weights = tf.ones([layout.size]) as ReturnType<typeof tensors>;
    const state = initAdamW(layout);
    const gradient = tf.ones([layout.size]) as ReturnType<typeof tensors>;
    adamw(layout, weights, gradient, globalNorm(gradient), state, {
      learningRate: 0.1,
      betas: [0.9, 0.98],
      weightDecay: 0.5,
      clip: 1,
    });
    expect(new Set(weights.dataSync())).toEqual(new Set([1]));
    expect(new Set(state.first.dataSync())).toEqual(new Set([0]));
    expect(state.step).toBe(0);
  });
});

describe("layout", () => {
  test("unflatten undoes flatten, and matrices lie before vectors", () => {
    expect(layout.entries.map(({ name }) => name)).toEqual([
      "a.weight",
      "b.weight",
      "model.norm.weight",
    ]);
    expect(layout.decaySize).toBe(24);
    const flat = tf.range(0, layout.size);
    const named = unflatten(layout, flat);
    expect(named.get("b.weight")!.shape).toEqual([2, 6]);
    const back = flatten(layout, [...named.values()]).dataSync();
    expect([...back]).toEqual([...flat.dataSync()]);
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
    const rounded = roundBf16(tf.tensor1d(values)).dataSync();
    expect(Buffer.from(Float32Array.from(rounded).buffer)).toEqual(
      Buffer.from(toBf16(values).buffer as ArrayBuffer),
    );
  });
});
