/** What an engine computes beyond the TensorFlow.js API, and the whole-model calls that it may offer. */
import type { Tensor, Tensor1D, Tensor2D } from "./tf.js";

/** Sizes and parts of a decoder: all that a whole-model call must know beside its weights. */
export interface DecoderShape {
  layers: number;
  /** Query heads H. */
  heads: number;
  /** Key and value heads, a divisor of `heads`. */
  kvHeads: number;
  /** Head size D. */
  headDim: number;
  /** Epsilon of RMSNorm. */
  rmsEps: number;
  /** Whether each query and key head is normalised before its rotation. */
  headNorms: boolean;
  /** Whether the projections of queries, keys and values have a bias. */
  qkvBias: boolean;
}

/** A decoder that a whole-model call computes. */
export interface DecoderModel {
  shape: DecoderShape;
  /**
   * Weights in this order: embedding (V, C); of each layer the projections q, k, v, o, the biases of q, k, v and the norms of query and
   * key heads where the family has them, then gate, up and down projection, input norm, norm before the feed-forward block; final norm;
   * output head (V, C), the embedding itself where they are tied.
   */
  weights: readonly Tensor[];
  /** Cosines and sines of the rotary embedding for the first positions, each (positions, D). */
  rope: (positions: number) => { cos: Float32Array; sin: Float32Array };
}

/** What has been drawn for a batch, one entry per row. */
export interface DrawnTokens {
  tokens: Int32Array;
  /** ln of the probability of each, under softmax(logits · scale). */
  logprobs: Float64Array;
}

/** A batch of sequences that grow by one token per step, with the keys and values of what they hold so far. */
export interface DecoderCache {
  /** Read the prompts, one token list per row; equal prompts are computed once. */
  prefill(prompts: readonly (readonly number[])[]): void;
  /** Append one token to every row, (B). */
  step(tokens: Int32Array): void;
  /** Probabilities of each row's next token after the last `prefill` or `step`, (B, V) in row order. */
  probabilities(): Float32Array;
  /**
   * Draw each row's next token by a uniform number in [0, 1): the first whose cumulative probability exceeds it.
   *
   * @param uniforms  (B); NaN for a row that draws nothing, which gets token −1; null takes the most likely tokens
   * @throws RangeError the probabilities of a row that draws are not finite
   */
  draw(uniforms: Float64Array | null): DrawnTokens;
  /** Keep only the given rows, in the given order. */
  keepRows(rows: readonly number[]): void;
  /** Free everything but the model's own weights. */
  dispose(): void;
}

/** A decoder as few native calls. Each has a slow composition of small operations in `model`, which is its test. */
export interface DecoderKernels {
  /**
   * Final hidden states after the last norm, differentiable in the weights.
   *
   * @param ids      (B, T) int32
   * @param options  gradientCheckpointing: keep only the input of each layer for the backward pass
   * @returns (B·T, C)
   */
  hiddenStates(
    model: DecoderModel,
    ids: Tensor2D,
    options: { gradientCheckpointing: boolean },
  ): Tensor2D;
  /**
   * log softmax(hidden · headᵀ)[label] of each position, differentiable in both; logits exist for a chunk of positions at a time.
   *
   * @param hidden  (N, C)
   * @param head    (V, C)
   * @param labels  (N) int32
   * @returns (N), in nats
   */
  labelLogprobs(hidden: Tensor2D, head: Tensor2D, labels: Tensor1D): Tensor1D;
  /** An empty cache; the logits are multiplied by `scale`. */
  cache(model: DecoderModel, scale: number): DecoderCache;
}

/** Numbers of one step of AdamW for one tensor; see `adamw` of the train room for the formula. */
export interface AdamWStep {
  /** Factor of the gradient: 1, or less where it is clipped. */
  scale: number;
  betas: readonly [number, number];
  epsilon: number;
  /** η / (1 − β₁ᵗ). */
  stepSize: number;
  /** 1 / √(1 − β₂ᵗ). */
  rootScale: number;
  /** 1 − η λ. */
  decay: number;
}

/**
 * What every engine computes for `model` and `train` beside `tf`, and what an engine may have in addition: callers use a member that may be
 * absent only where it exists, and compose the same from `tf` elsewhere.
 */
export interface EngineKernels {
  /**
   * Cross-entropy of one label per row and its slope, p − onehot, in one call outside the gradient tape.
   *
   * @param logits (N, V)
   * @param labels (N) int32
   * @returns loss (N) in nats, slope (N, V)
   */
  crossEntropy(
    logits: Tensor2D,
    labels: Tensor1D,
  ): { loss: Tensor1D; slope: Tensor2D };
  /** Every value rounded to the nearest bfloat16, ties to even, still float32; NaN is not kept. */
  roundBf16<T extends Tensor>(values: T): T;
  /** One step of AdamW in one pass over one tensor; nothing given is changed. */
  adamw?(
    weight: Tensor,
    gradient: Tensor,
    moments: { first: Tensor; second: Tensor },
    step: AdamWStep,
  ): { weight: Tensor; first: Tensor; second: Tensor };
  /** Whole-model calls. */
  decoder?: DecoderKernels;
}
