/** AdamW on one flat vector: state in, state out. */
import { tf, type Tensor1D } from "../engine/index.js";
import type { Layout } from "./layout.js";
import { roundBf16 } from "./roundBf16.js";

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
  /** Added to the root of the second moment. */
  epsilon?: number;
  /** "bfloat16": weights are rounded after every step and no float32 copy is kept, so small updates are lost. */
  store?: Store;
}

/** Moments of AdamW. The tensors belong to whoever holds the state. */
export interface AdamWState {
  /** Steps taken. */
  readonly step: number;
  readonly first: Tensor1D;
  readonly second: Tensor1D;
}

/** State before the first step. */
export function initAdamW(layout: Layout): AdamWState {
  return {
    step: 0,
    first: tf.zeros([layout.size]),
    second: tf.zeros([layout.size]),
  };
}

/**
 * One step of AdamW with global-norm clipping and bias correction.
 *
 *   g ← g · min(1, clip / (‖g‖ + 1e-6))
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *   w ← w (1 − η λ) − η · m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 * Source: Loshchilov and Hutter 2019 (arXiv 1711.05101), Alg. 2; arithmetic in the order of torch.optim.AdamW.
 * Cost: about 20 operations on vectors of the model's size, whatever the number of tensors.
 *
 * @param weights       flat weights in the order of `layout`; stay as they are, as does `state`
 * @param gradient      flat gradient
 * @param gradientNorm  its global norm, from `globalNorm`; the caller has checked that it is finite
 */
export function adamw(
  layout: Layout,
  weights: Tensor1D,
  gradient: Tensor1D,
  gradientNorm: number,
  state: AdamWState,
  options: AdamWOptions,
): { weights: Tensor1D; state: AdamWState } {
  const {
    learningRate,
    betas,
    weightDecay,
    clip,
    epsilon = 1e-8,
    store = "float32",
  } = options;
  const [beta1, beta2] = betas;
  const step = state.step + 1;
  const scale = Math.min(1, clip / (gradientNorm + 1e-6));
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  const [next, first, second] = tf.tidy((): [Tensor1D, Tensor1D, Tensor1D] => {
    const g = scale === 1 ? gradient : tf.mul(gradient, scale);
    const first = tf.add(
      tf.mul(state.first, beta1),
      tf.mul(g, 1 - beta1),
    ) as Tensor1D;
    const second = tf.add(
      tf.mul(state.second, beta2),
      tf.mul(tf.square(g), 1 - beta2),
    ) as Tensor1D;
    const root = tf.add(
      tf.mul(tf.sqrt(second), 1 / Math.sqrt(correction2)),
      epsilon,
    );
    const update = tf.mul(tf.div(first, root), learningRate / correction1);
    const decayed =
      weightDecay === 0
        ? weights
        : tf.mul(weights, decayFactors(layout, 1 - learningRate * weightDecay));
    const stepped = tf.sub(decayed, update) as Tensor1D;
    return [store === "bfloat16" ? roundBf16(stepped) : stepped, first, second];
  });
  return { weights: next, state: { step, first, second } };
}

/** Euclidean norm of a flat gradient. Reads one number from the device. */
export function globalNorm(gradient: Tensor1D): number {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(gradient))).dataSync()[0]!);
}

function decayFactors(layout: Layout, factor: number): Tensor1D {
  return tf.concat1d([
    tf.fill([layout.decaySize], factor),
    tf.ones([layout.size - layout.decaySize]),
  ]);
}
