/** The decoder's building blocks with hand-written gradients: fewer engine calls and less memory than the composed form. */
import {
  engineKernels,
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../../engine/index.js";
import { ropeFrequencies, type RopeScaling } from "./ropeFrequencies.js";

/**
 * RMSNorm over the last axis: y = x / √(mean(x²) + ε) · w.
 *
 * @param x       (…, C)
 * @param weight  broadcastable to `x` from the right: (C) or (H, C)
 */
export function rmsNorm<T extends Tensor>(
  x: T,
  weight: Tensor,
  eps: number,
): T {
  const apply = tf.customGrad((...inputs) => {
    const [input, w, save] = inputs as unknown as [
      Tensor,
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), eps));
    const unit = tf.mul(input, scale);
    save([unit, scale, w]);
    return {
      value: tf.mul(unit, w),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const [u, s, ww] = saved as [Tensor, Tensor, Tensor];
        const dUnit = tf.mul(dy, ww);
        const projection = tf.mean(tf.mul(dUnit, u), -1, true);
        const dx = tf.mul(tf.sub(dUnit, tf.mul(u, projection)), s);
        const lead = dy.rank - ww.rank;
        const dw = tf.sum(tf.mul(dy, u), [
          ...Array.from({ length: lead }, (_, i) => i),
        ]);
        return [dx, dw];
      },
    };
  });
  return apply(x, weight) as T;
}

/** Signed permutation R with x · R = (−x₂, x₁) for x = (x₁, x₂): one small matrix product instead of split, negate, concatenate. */
export function halfRotation(headDim: number): Tensor2D {
  const half = headDim / 2;
  const data = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    data[(i + half) * headDim + i] = -1;
    data[i * headDim + i + half] = 1;
  }
  return tf.tensor2d(data, [headDim, headDim]);
}

/** Cosines and sines of the rotary embedding, each (positions, D), the two halves equal as in Hugging Face's layout. */
export function ropeTables(
  positions: number,
  headDim: number,
  theta: number,
  scaling?: RopeScaling,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const frequencies = ropeFrequencies(headDim, theta, scaling);
  const cos = new Float32Array(positions * headDim);
  const sin = new Float32Array(positions * headDim);
  for (let t = 0; t < positions; t++) {
    for (let i = 0; i < half; i++) {
      // float32 steps as in the reference implementation, so that long positions agree
      const angle = Math.fround(t * frequencies[i]!);
      cos[t * headDim + i] = cos[t * headDim + i + half] = Math.cos(angle);
      sin[t * headDim + i] = sin[t * headDim + i + half] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Rotary position embedding: y = x · cos + (x · R) · sin.
 *
 * Its gradient is the rotation by the negative angle, since both halves of `sin` are equal.
 *
 * @param x         (…, D)
 * @param cos       broadcastable to `x`
 * @param sin       broadcastable to `x`
 * @param rotation  R of `halfRotation`
 */
export function rope(
  x: Tensor,
  cos: Tensor,
  sin: Tensor,
  rotation: Tensor2D,
): Tensor {
  const turn = (value: Tensor, c: Tensor, r: Tensor2D): Tensor => {
    const rotated = tf.reshape(
      tf.matMul(tf.reshape(value, [-1, r.shape[0]]) as Tensor2D, r),
      value.shape,
    );
    return tf.mul(rotated, c);
  };
  const apply = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    // Tables that are made inside a gradient scope would be freed before the backward pass.
    save([cos, sin, rotation]);
    return {
      value: tf.add(tf.mul(input, cos), turn(input, sin, rotation)),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor => {
        const [c, s, r] = saved as [Tensor, Tensor, Tensor2D];
        return tf.sub(tf.mul(dy, c), turn(dy, s, r));
      },
    };
  });
  return apply(x);
}

/** SwiGLU: silu(gate) · up, with silu(g) = g · σ(g). */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [g, u, save] = inputs as unknown as [
      Tensor,
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    save([sigmoid, silu, u]);
    return {
      value: tf.mul(silu, u),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const [s, silued, uu] = saved as [Tensor, Tensor, Tensor];
        // d silu/dg = σ + silu (1 − σ)
        const slope = tf.add(s, tf.mul(silued, tf.sub(1, s)));
        return [tf.mul(tf.mul(dy, uu), slope), tf.mul(dy, silued)];
      },
    };
  });
  return apply(gate, up);
}

/** Softmax over the last axis of `scores + bias`; the bias (causal mask) gets no gradient. */
export function maskedSoftmax(scores: Tensor, bias: Tensor): Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    const probabilities = tf.softmax(tf.add(input, bias));
    save([probabilities]);
    return {
      value: probabilities,
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor => {
        const p = saved[0]!;
        const weighted = tf.mul(dy, p);
        return tf.sub(weighted, tf.mul(p, tf.sum(weighted, -1, true)));
      },
    };
  });
  return apply(scores);
}

/**
 * Log-probability of one label per row: log softmax(logits)[label], by the engine's fused kernel.
 *
 * @param logits (N, V)
 * @param labels (N) int32
 * @returns (N), in nats
 */
export function labelLogprobs(logits: Tensor2D, labels: Tensor1D): Tensor1D {
  const apply = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    const { loss, slope } = engineKernels().crossEntropy(
      input as Tensor2D,
      labels,
    );
    save([slope]);
    return {
      value: tf.neg(loss),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor =>
        tf.mul(saved[0]!, tf.expandDims(tf.neg(dy), -1)),
    };
  });
  return apply(logits) as Tensor1D;
}
