/** Stop-gradient: TensorFlow.js has none. */
import { tf, type Tensor } from "../../engine/index.js";

/** The same values, excluded from the gradient. */
export function stopGradient<T extends Tensor>(values: T): T {
  const cut = tf.customGrad((x) => {
    const input = x as Tensor;
    return {
      value: tf.clone(input),
      gradFunc: (dy: Tensor) => tf.zerosLike(dy),
    };
  });
  return cut(values) as T;
}

/**
 * The result of a computation that is excluded from the gradient: nothing of it is kept for the backward pass.
 */
export function constant<T extends Tensor>(compute: () => T): T {
  const hidden = tf.customGrad((x) => ({
    value: compute(),
    gradFunc: () => tf.zerosLike(x as Tensor),
  }));
  return tf.tidy(() => hidden(tf.scalar(0)) as T);
}
