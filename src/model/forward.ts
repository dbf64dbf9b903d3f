/** The decoder over whole sequences: hidden states and token log-probabilities, differentiable in the weights. */
import {
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "../engine/index.js";
import type { ModelConfig } from "./config.js";
import {
  halfRotation,
  labelLogprobs,
  maskedSoftmax,
  rmsNorm,
  rope,
  ropeTables,
  swiglu,
} from "./layers.js";

/** Weights on the engine, by Hugging Face name. */
export type Weights = ReadonlyMap<string, Tensor>;

/** Keys and values of one layer, each (B, kvHeads, T, D). */
export type LayerCache = {
  k: Tensor4D;
  v: Tensor4D;
};

/** What every layer of one forward pass shares. */
interface Positions {
  cos: Tensor;
  sin: Tensor;
  rotation: Tensor2D;
  /** Causal bias of the folded scores, (1, 1, rep · T, T). */
  bias: Tensor;
}

/** A bias that hides what must not be attended; finite, so that a fully hidden row stays finite. */
export const HIDDEN = -1e9;

function positionsOf(config: ModelConfig, T: number): Positions {
  const { headDim: D } = config;
  const rep = config.heads / config.kvHeads;
  const tables = ropeTables(T, D, config.ropeTheta);
  const bias = new Float32Array(rep * T * T);
  for (let r = 0; r < rep; r++) {
    for (let t = 0; t < T; t++)
      bias.fill(HIDDEN, (r * T + t) * T + t + 1, (r * T + t + 1) * T);
  }
  return {
    cos: tf.tensor(tables.cos, [1, T, 1, D]),
    sin: tf.tensor(tables.sin, [1, T, 1, D]),
    rotation: halfRotation(D),
    bias: tf.tensor(bias, [1, 1, rep * T, T]),
  };
}

/** A weight by name. */
export function weight(weights: Weights, name: string): Tensor {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`internal: weight "${name}" is missing`);
  return tensor;
}

/** RMSNorm weights of all query and key heads in one (H + kvHeads, D) tensor; the score scale 1/√D is folded into the queries'. */
export function headNorms(
  weights: Weights,
  at: string,
  config: ModelConfig,
): Tensor2D {
  const q = tf.mul(
    weight(weights, `${at}self_attn.q_norm.weight`),
    1 / Math.sqrt(config.headDim),
  );
  const k = weight(weights, `${at}self_attn.k_norm.weight`);
  const rows: Tensor1D[] = [
    ...Array.from({ length: config.heads }, () => q as Tensor1D),
    ...Array.from({ length: config.kvHeads }, () => k as Tensor1D),
  ];
  return tf.stack(rows) as Tensor2D;
}

function attention(
  weights: Weights,
  at: string,
  config: ModelConfig,
  h: Tensor2D,
  B: number,
  T: number,
  positions: Positions,
  keep?: (cache: LayerCache) => void,
): Tensor2D {
  const { heads, kvHeads, headDim: D, rmsEps } = config;
  const rep = heads / kvHeads;
  const names = ["q_proj", "k_proj", "v_proj"].map((part) =>
    weight(weights, `${at}self_attn.${part}.weight`),
  );
  const qkv = tf.matMul(h, tf.concat(names, 0) as Tensor2D, false, true); // (B·T, (H + 2·kv)·D)
  const [qkFlat, vFlat] = tf.split(
    qkv,
    [(heads + kvHeads) * D, kvHeads * D],
    1,
  ) as [Tensor, Tensor];
  const normed = rmsNorm(
    tf.reshape(qkFlat, [B, T, heads + kvHeads, D]),
    headNorms(weights, at, config),
    rmsEps,
  );
  const qk = tf.transpose(
    rope(normed, positions.cos, positions.sin, positions.rotation),
    [0, 2, 1, 3],
  ); // (B, H + kv, T, D)
  const [q, k] = tf.split(qk, [heads, kvHeads], 1) as [Tensor, Tensor4D];
  const v = tf.transpose(
    tf.reshape(vFlat, [B, T, kvHeads, D]),
    [0, 2, 1, 3],
  ) as Tensor4D; // (B, kv, T, D)
  keep?.({ k, v });
  // The query heads of one key head are folded into its time axis, so that keys and values are never copied.
  const folded = tf.reshape(q, [B, kvHeads, rep * T, D]);
  const att = maskedSoftmax(tf.matMul(folded, k, false, true), positions.bias); // (B, kv, rep·T, T)
  const yHeads = tf.reshape(tf.matMul(att, v), [B, heads, T, D]);
  const y = tf.reshape(tf.transpose(yHeads, [0, 2, 1, 3]), [
    B * T,
    heads * D,
  ]) as Tensor2D;
  return tf.matMul(
    y,
    weight(weights, `${at}self_attn.o_proj.weight`) as Tensor2D,
    false,
    true,
  );
}

/** Feed-forward block: down(swiglu(gate(h), up(h))), on (N, C). */
export function feedForward(
  weights: Weights,
  at: string,
  h: Tensor2D,
): Tensor2D {
  const both = tf.concat(
    [
      weight(weights, `${at}mlp.gate_proj.weight`),
      weight(weights, `${at}mlp.up_proj.weight`),
    ],
    0,
  ) as Tensor2D;
  const [gate, up] = tf.split(tf.matMul(h, both, false, true), 2, 1) as [
    Tensor,
    Tensor,
  ];
  return tf.matMul(
    swiglu(gate, up) as Tensor2D,
    weight(weights, `${at}mlp.down_proj.weight`) as Tensor2D,
    false,
    true,
  );
}

/**
 * Final hidden states after the last norm.
 *
 * @param ids   (B, T) int32; rows are padded on the right with any token: later positions never reach earlier ones
 * @param keep  receives the keys and values of each layer (prefill)
 * @returns (B·T, C)
 */
export function hiddenStates(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
  keep?: (layer: number, cache: LayerCache) => void,
): Tensor2D {
  const [B, T] = ids.shape;
  const positions = positionsOf(config, T);
  let x = tf.gather(
    weight(weights, "model.embed_tokens.weight"),
    tf.reshape(ids, [B * T]) as Tensor1D,
  ) as Tensor2D;
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}.`;
    const h = rmsNorm(
      x,
      weight(weights, `${at}input_layernorm.weight`),
      config.rmsEps,
    );
    x = tf.add(
      x,
      attention(
        weights,
        at,
        config,
        h,
        B,
        T,
        positions,
        keep && ((cache): void => keep(layer, cache)),
      ),
    );
    const g = rmsNorm(
      x,
      weight(weights, `${at}post_attention_layernorm.weight`),
      config.rmsEps,
    );
    x = tf.add(x, feedForward(weights, at, g));
  }
  return rmsNorm(x, weight(weights, "model.norm.weight"), config.rmsEps);
}

/** The output head: the embedding itself when tied, (V, C). */
export function headWeight(weights: Weights, config: ModelConfig): Tensor2D {
  return weight(
    weights,
    config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight",
  ) as Tensor2D;
}

/**
 * Logits of every position.
 *
 * @param ids (B, T) int32
 * @returns (B·T, V)
 */
export function logits(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
): Tensor2D {
  return tf.matMul(
    hiddenStates(weights, config, ids),
    headWeight(weights, config),
    false,
    true,
  );
}

/**
 * Log-probabilities of chosen next tokens; the vocabulary product is computed for these positions only.
 *
 * @param ids      (B, T) int32
 * @param at       (N) int32, flat positions b·T + t whose hidden state predicts
 * @param targets  (N) int32, the token that follows each
 * @returns (N) natural logarithms
 */
export function logprobsAt(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
  at: Tensor1D,
  targets: Tensor1D,
): Tensor1D {
  const hidden = tf.gather(hiddenStates(weights, config, ids), at) as Tensor2D;
  return labelLogprobs(
    tf.matMul(hidden, headWeight(weights, config), false, true),
    targets,
  );
}

/**
 * Log-probabilities of all tokens after the first.
 *
 * @param ids (B, T) int32
 * @returns (B, T − 1): entry t is log p(ids[t + 1] | ids[0 … t])
 */
export function logprobs(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
): Tensor2D {
  const [B, T] = ids.shape;
  const at = new Int32Array(B * (T - 1));
  for (let b = 0, i = 0; b < B; b++)
    for (let t = 0; t < T - 1; t++) at[i++] = b * T + t;
  const targets = tf.reshape(tf.slice(ids, [0, 1], [B, T - 1]), [
    B * (T - 1),
  ]) as Tensor1D;
  return tf.reshape(
    logprobsAt(weights, config, ids, tf.tensor1d(at, "int32"), targets),
    [B, T - 1],
  ) as Tensor2D;
}
