/** Measures the matrix-product speed of the running engine. */
import { startEngine } from "./start.js";
import { tf } from "./tf.js";

/**
 * Best speed of a float32 matrix product of n × n matrices over a few repetitions.
 *
 * @param n            matrix size; 2 n³ floating-point operations a product
 * @param repetitions  products timed
 * @returns GFLOP/s (10⁹ floating-point operations a second)
 */
export function measureGflops(n = 1024, repetitions = 5): number {
  startEngine();
  const a = tf.ones([n, n]);
  const b = tf.ones([n, n]);
  let best = Infinity;
  for (let i = 0; i <= repetitions; i++) {
    const start = process.hrtime.bigint();
    const product = tf.matMul(a, b);
    product.dataSync();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    product.dispose();
    if (i > 0) best = Math.min(best, seconds); // the first product warms up
  }
  tf.dispose([a, b]);
  return (2 * n ** 3) / best / 1e9;
}
