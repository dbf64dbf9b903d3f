/** Small models whose differences are known. */
import type { Dtype, Params } from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";

/** A model from plain arrays, all tensors of one format. */
export function model(
  tensors: Record<string, { shape: number[]; data: Float32Array }>,
  dtype: Dtype = "F32",
): Params {
  return new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { dtype, shape, data },
    ]),
  );
}

/** Normal numbers. */
export function normals(count: number, seed: number, scale = 1): Float32Array {
  const random = new Random(seed, "planted");
  return Float32Array.from({ length: count }, () => scale * random.normal());
}

/** A matrix with orthonormal columns, n × k, row-major. */
export function orthonormal(n: number, k: number, seed: number): Float64Array {
  const random = new Random(seed, "orthonormal");
  const columns: Float64Array[] = [];
  for (let c = 0; c < k; c++) {
    const v = Float64Array.from({ length: n }, () => random.normal());
    for (let round = 0; round < 2; round++) {
      for (const other of columns) {
        const along = v.reduce((sum, x, i) => sum + x * other[i]!, 0);
        for (let i = 0; i < n; i++) v[i]! -= along * other[i]!;
      }
    }
    const length = Math.hypot(...v);
    columns.push(v.map((x) => x / length));
  }
  const out = new Float64Array(n * k);
  columns.forEach((v, c) => v.forEach((x, r) => (out[r * k + c] = x)));
  return out;
}

/** U diag(σ) Vᵀ as float32. */
export function product(
  left: Float64Array,
  values: readonly number[],
  right: Float64Array,
): Float32Array {
  const k = values.length;
  const rows = left.length / k;
  const columns = right.length / k;
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let i = 0; i < k; i++)
        sum += left[r * k + i]! * values[i]! * right[c * k + i]!;
      out[r * columns + c] = sum;
    }
  }
  return out;
}
