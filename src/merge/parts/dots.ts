/** Inner products of the models of a tensor: all that methods on a sphere need to know. */
import type { Walk } from "./walk.js";

/** Σ a·b of a block, in float64; four sums hide the time that an addition takes. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * Inner products of all pairs of models: a symmetric matrix.
 *
 * @example
 * gram(walk(input, { chunk: 65536 }))[0][1] // ⟨θ₁, θ₂⟩
 */
export function gram(models: Walk): number[][] {
  const count = models.models;
  const products = Array.from({ length: count }, () =>
    Array<number>(count).fill(0),
  );
  models.each((_start, _base, blocks) => {
    for (let i = 0; i < count; i++)
      for (let j = i; j < count; j++)
        products[i]![j]! += dot(blocks[i]!, blocks[j]!);
  });
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) products[i]![j] = products[j]![i]!;
  return products;
}

/** Length of Σ c_m x_m, from the inner products of the x. */
export function normOf(
  products: readonly (readonly number[])[],
  coefficients: readonly number[],
): number {
  return Math.sqrt(Math.max(0, inner(products, coefficients, coefficients)));
}

/** ⟨Σ a_m x_m, Σ b_m x_m⟩, from the inner products of the x. */
export function inner(
  products: readonly (readonly number[])[],
  a: readonly number[],
  b: readonly number[],
): number {
  let sum = 0;
  a.forEach((left, i) =>
    b.forEach((right, j) => {
      sum += left * right * products[i]![j]!;
    }),
  );
  return sum;
}
