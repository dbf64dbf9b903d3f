/** Small models for the tests of merge. */
import type { Param, Params } from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";

/** One tensor from plain numbers. */
export function tensor(
  values: number[],
  shape: number[] = [values.length],
  dtype: Param["dtype"] = "F32",
): Param {
  return { dtype, shape, data: new Float32Array(values) };
}

/** A model of one tensor, "w". */
export function single(...values: number[]): Params {
  return new Map([["w", tensor(values)]]);
}

/** Entries of tensor "w". */
export function entries(params: Params): number[] {
  return [...params.get("w")!.data];
}

/** A model with normal weights of deviation `scale`. */
export function randomModel(seed: number, scale = 1): Params {
  const random = new Random(seed, "model");
  const shapes: [string, number[]][] = [
    ["model.embed_tokens.weight", [40, 12]],
    ["model.layers.0.mlp.up_proj.weight", [24, 12]],
    ["model.norm.weight", [12]],
  ];
  return new Map(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        name,
        tensor(
          Array.from({ length: size }, () => scale * random.normal()),
          shape,
        ),
      ];
    }),
  );
}

/** `base` after small normal changes of deviation `step` relative to each weight, as training leaves it: differences are exact. */
export function tuned(base: Params, seed: number, step = 0.1): Params {
  const noise = randomModel(seed, step);
  return new Map(
    [...base].map(([name, { shape, data }]) => {
      const factor = noise.get(name)!.data;
      return [
        name,
        tensor(
          [...data].map(
            (value, i) =>
              value * (1 + Math.max(-0.4, Math.min(0.4, factor[i]!))),
          ),
          shape,
        ),
      ];
    }),
  );
}

/** A deep copy, to see later whether something changed. */
export function copy(params: Params): Params {
  return structuredClone(params);
}

/** Tensors as scripts/golden writes them: base64 of little-endian float32. */
export type Base64Params = Record<string, { shape: number[]; float32: string }>;

/** A model from golden tensors. */
export function fromBase64(json: Base64Params): Params {
  return new Map(
    Object.entries(json).map(([name, { shape, float32 }]) => {
      const bytes = Uint8Array.from(Buffer.from(float32, "base64"));
      const data = new Float32Array(bytes.buffer);
      return [name, { dtype: "F32", shape, data }];
    }),
  );
}

/** Largest difference of two arrays, each entry in units of its own scale; entries of scale 0 must be equal. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale: (i: number) => number,
): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error === 0)) worst = Math.max(worst, error / scale(i));
    if (Number.isNaN(error)) return NaN;
  }
  return worst;
}
