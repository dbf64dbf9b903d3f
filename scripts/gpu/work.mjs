/** What `scripts/gpu-check.sh` measures, most telling first, and in which sizes. */
import { SHAPES } from "../bench/shapes.mjs";

/**
 * Measurements in their order: name, kind, shape of the model, dtype of the engine; `peer` where PyTorch does the same beside it.
 * `seconds` is the most that one side may take.
 */
export const WORK = [
  { name: "matmul tf32", kind: "matmul", dtype: "tf32", peer: true },
  { name: "matmul float32", kind: "matmul", dtype: "float32", peer: true },
  // In bfloat16 the engine multiplies inside whole-model calls alone, so that only PyTorch's own speed stands here: the peak of the rows below.
  { name: "matmul bfloat16", kind: "matmul", dtype: "bfloat16", peer: "only" },
  { name: "train 0.6b", kind: "train", shape: "0.6b", peer: true },
  { name: "decode 0.6b", kind: "decode", shape: "0.6b", peer: true },
  { name: "train 4b", kind: "train", shape: "4b", peer: true },
  { name: "decode 4b", kind: "decode", shape: "4b", peer: true },
  { name: "GRPO on the harder world", kind: "nanoGrpo", dtype: "float32" },
  { name: "GRPO step 135m", kind: "grpo", shape: "135m" },
].map((work) => ({ dtype: "bfloat16", seconds: 75, ...work }));

/** A measurement by its name. */
export function workOf(name) {
  const work = WORK.find((each) => each.name === name);
  if (work === undefined)
    throw new Error(
      `gpu: the measurement must be one of ${WORK.map((each) => each.name).join(", ")}, got ${name}`,
    );
  return work;
}

const GPU = {
  repetitions: 3,
  matmul: { size: 8192, repetitions: 8 },
  train: { rows: 8, length: 1024 },
  decode: { rows: 64, prompt: 128, newTokens: 128 },
  nano: { steps: 12, promptsPerStep: 16, groupSize: 16 },
  shape: (name) => SHAPES[name],
};

const TINY = {
  repetitions: 1,
  matmul: { size: 256, repetitions: 2 },
  train: { rows: 2, length: 16 },
  decode: { rows: 2, prompt: 8, newTokens: 4 },
  nano: { steps: 1, promptsPerStep: 2, groupSize: 2 },
  shape: (name) =>
    SHAPES[name] && {
      ...SHAPES[name],
      ...{ vocabSize: 256, hiddenSize: 64, intermediateSize: 128 },
      ...{ layers: 2, heads: 4, kvHeads: 2, headDim: 16 },
    },
};

/** Rows, lengths and shapes. */
export function sizesOf(isTiny) {
  return isTiny ? TINY : GPU;
}
