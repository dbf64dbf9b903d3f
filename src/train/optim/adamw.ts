/** AdamW on named tensors: state in, state out, one tensor at a time. */
import {
  engineKernels,
  tf,
  type AdamWStep,
  type Tensor,
} from "../../engine/index.js";
import type { Weights } from "../../model/index.js";

/** How weights are kept between steps. */
export type Store = "float32" | "bfloat16";

/** Options of `adamw`. */
export interface AdamWOptions {
  /** Step size of this step. */
  learningRate: number;
  /** Decay of the first and second moment, in [0, 1). */
  betas: readonly [number, number];
  /** Decoupled weight decay of tensors of rank > 1; a step multiplies them by 1 − learningRate · weightDecay. */
  weightDecay: number;
  /** Largest global norm of the gradient; Infinity: no clipping. */
  clip: number;
  /** Added to the root of the second moment; default 1e-8. */
  epsilon?: number;
  /** "bfloat16": weights are rounded after every step and no float32 copy is kept, so small updates are lost. */
  store?: Store;
}

/** First and second moment of one tensor, of its shape. */
export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * One step of AdamW for one tensor, with global-norm clipping and bias correction.
 *
 *   g ← g · min(1, clip / (‖g‖ + 1e-6))
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *   w ← w (1 − η λ) − η · m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 * Source: Loshchilov and Hutter 2019 (arXiv 1711.05101), Alg. 2; arithmetic in the order of torch.optim.AdamW.
 * Cost: about 20 operations; beside its results a few copies of this one tensor, never of the model.
 *
 * @param weight        stays as it is, as do the moments and the gradient
 * @param moments       of the steps before; zeros before the first
 * @param gradientNorm  norm of the gradient of the whole model, from `globalNorm`; the caller has checked that it is finite
 * @param step          1 for the first step
 */
export function adamw(
  weight: Tensor,
  gradient: Tensor,
  moments: Moments,
  gradientNorm: number,
  step: number,
  options: AdamWOptions,
): { weight: Tensor } & Moments {
  const { learningRate, betas, weightDecay, clip } = options;
  const { epsilon = 1e-8, store = "float32" } = options;
  const decays = weightDecay !== 0 && weight.rank > 1;
  const numbers: AdamWStep = {
    scale: Math.min(1, clip / (gradientNorm + 1e-6)),
    betas,
    epsilon,
    stepSize: learningRate / (1 - betas[0] ** step),
    rootScale: 1 / Math.sqrt(1 - betas[1] ** step),
    decay: decays ? 1 - learningRate * weightDecay : 1,
  };
  const kernels = engineKernels();
  const apply = kernels.adamw ?? composedStep;
  const next = apply(weight, gradient, moments, numbers);
  if (store !== "bfloat16") return next;
  const rounded = kernels.roundBf16(next.weight);
  next.weight.dispose();
  return { ...next, weight: rounded };
}

/** The step by operations of `tf`: for engines without a kernel for it, and the test of those that have one. */
export function composedStep(
  weight: Tensor,
  gradient: Tensor,
  moments: Moments,
  { scale, betas, epsilon, stepSize, rootScale, decay }: AdamWStep,
): { weight: Tensor } & Moments {
  const [beta1, beta2] = betas;
  const [next, first, second] = tf.tidy((): [Tensor, Tensor, Tensor] => {
    const g = scale === 1 ? gradient : tf.mul(gradient, scale);
    const first = tf.add(tf.mul(moments.first, beta1), tf.mul(g, 1 - beta1));
    const second = tf.add(
      tf.mul(moments.second, beta2),
      tf.mul(tf.square(g), 1 - beta2),
    );
    const root = tf.add(tf.mul(tf.sqrt(second), rootScale), epsilon);
    const update = tf.mul(tf.div(first, root), stepSize);
    const decayed = decay === 1 ? weight : tf.mul(weight, decay);
    return [tf.sub(decayed, update), first, second];
  });
  return { weight: next, first, second };
}

/** Moments before the first step; filled on the device, where `tf.zeros` would keep as many numbers in JavaScript until they are used. */
export function zeroMoments({ shape }: Tensor): Moments {
  return { first: tf.fill(shape, 0), second: tf.fill(shape, 0) };
}

/** Entries that one reduction of `globalNorm` sums; a model below this size has its norm from a single float32 reduction. */
const NORM_BLOCK = 2 ** 22;

/**
 * Euclidean norm of a gradient over all its tensors.
 *
 * Squares are summed on the device, matrices before vectors, in blocks of about four million entries: memory stays that of one block (or
 * of the largest tensor).
 */
export function globalNorm(gradients: Weights): number {
  const all = [...gradients.values()];
  const ordered = [
    ...all.filter(({ rank }) => rank > 1),
    ...all.filter(({ rank }) => rank <= 1),
  ];
  const blocks: Tensor[][] = [];
  let size = Infinity;
  for (const tensor of ordered) {
    if (size + tensor.size > NORM_BLOCK) {
      blocks.push([]);
      size = 0;
    }
    blocks.at(-1)!.push(tensor);
    size += tensor.size;
  }
  const squares = (block: Tensor[]): Tensor =>
    tf.tidy(() => {
      const flat = tf.concat(block.map((tensor) => tf.reshape(tensor, [-1])));
      return tf.sum(tf.square(flat));
    });
  return tf.tidy(() => {
    const total = blocks.map(squares).reduce((a, b) => tf.add(a, b));
    return tf.sqrt(total).dataSync()[0]!;
  });
}
