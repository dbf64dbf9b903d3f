/** Values and gradients of recomputed parts are those of the parts themselves, and nothing but inputs is kept. */
import { describe, expect, test } from "vitest";
import {
  recompute,
  startEngine,
  tf,
  type Tensor,
} from "../../src/engine/index.js";

startEngine();

const x = tf.tensor2d([0.3, -1.2, 0.7, 2.1], [2, 2]);
const w = tf.tensor2d([1.5, -0.4, 0.2, 0.9], [2, 2]);
const shift = tf.tensor1d([0.1, -0.2]);
/** Twice a layer of some steps, a constant among them. */
const part = ([h, weight]: Tensor[], [bias]: Tensor[]): Tensor =>
  tf.tanh(tf.add(tf.mul(tf.matMul(h!, weight!), tf.sigmoid(h!)), bias!));
const plain = (h: Tensor, weight: Tensor): Tensor =>
  tf.sum(part([part([h, weight], [shift]), weight], [shift]));
const recomputed = (h: Tensor, weight: Tensor): Tensor =>
  tf.sum(
    recompute(part, [recompute(part, [h, weight], [shift]), weight], [shift]),
  );
const numbers = (tensors: Tensor[]): number[][] =>
  tensors.map((tensor) => [...tensor.dataSync()]);

describe("recompute(f, inputs, constants)", () => {
  test("gives the values and gradients of f, bit for bit", () => {
    const a = tf.valueAndGrads(plain)([x, w]);
    const b = tf.valueAndGrads(recomputed)([x, w]);
    expect(numbers([b.value, ...b.grads])).toEqual(
      numbers([a.value, ...a.grads]),
    );
  });

  test("may contain recomputed parts", () => {
    const outer = (h: Tensor, weight: Tensor): Tensor =>
      recompute(([u, v]) => recomputed(u!, v!), [h, weight]);
    expect(numbers(tf.grads(outer)([x, w]))).toEqual(
      numbers(tf.grads(plain)([x, w])),
    );
  });

  test("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void tf.grads(recomputed)([x, w]));
    expect(tf.memory().numTensors).toBe(before);
  });
});
