/** mergekit's way to make good for dropped entries: keep the sum of magnitudes. */
import { inArena } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Drop } from "./sparsify/sparsify.js";
import type { Walk } from "./walk.js";

/** Norms below this one are left alone. */
const TINY = 1e-7;

/** Σ |x| of a block, in float64; four sums hide the time that an addition takes. */
export function sumMagnitudes(values: Float32Array): number {
  if (inArena(values))
    return kernels.sumMagnitudes(values.byteOffset, values.length);
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += Math.abs(values[i]!);
    b += Math.abs(values[i + 1]!);
    c += Math.abs(values[i + 2]!);
    d += Math.abs(values[i + 3]!);
  }
  for (let i = whole; i < values.length; i++) a += Math.abs(values[i]!);
  return a + b + (c + d);
}

/** Per model, Σ|τ| before a drop over Σ|τ| after it; 1 where either is below 1e-7. */
export function normFactors(vectors: Walk, begin: () => Drop): number[] {
  const before = new Float64Array(vectors.models);
  const after = new Float64Array(vectors.models);
  const drop = begin();
  vectors.each((start, _base, models) => {
    for (let m = 0; m < models.length; m++)
      before[m]! += sumMagnitudes(models[m]!);
    drop(start, models);
    for (let m = 0; m < models.length; m++)
      after[m]! += sumMagnitudes(models[m]!);
  });
  return [...before].map((norm, m) =>
    norm < TINY || after[m]! < TINY ? 1 : norm / after[m]!,
  );
}
