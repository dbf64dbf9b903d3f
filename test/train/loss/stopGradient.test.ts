/** What the gradient does not see. */
import { expect, test } from "vitest";
import { startEngine, tf, type Tensor } from "../../../src/engine/index.js";
import {
  constant,
  stopGradient,
} from "../../../src/train/loss/stopGradient.js";

startEngine();

const x = tf.tensor1d([1, -2, 3]);

test("stopGradient(values) has the same values and no gradient", () => {
  expect([...stopGradient(x).dataSync()]).toEqual([1, -2, 3]);
  // d/dx Σ x · stop(x) is stop(x), where d/dx Σ x² would be 2x
  const gradient = tf.grad((v: Tensor) => tf.sum(tf.mul(v, stopGradient(v))))(
    x,
  );
  expect([...gradient.dataSync()]).toEqual([1, -2, 3]);
});

test("constant(compute) is a factor that does not depend on the variable, and leaves nothing behind", () => {
  const before = tf.memory().numTensors;
  const value = tf.tidy(() => {
    const gradient = tf.grad((v: Tensor) =>
      tf.sum(
        tf.mul(
          v,
          constant(() => tf.square(v)),
        ),
      ),
    )(x);
    return [...gradient.dataSync()];
  });
  expect(value).toEqual([1, 4, 9]);
  expect(tf.memory().numTensors).toBe(before);
});
