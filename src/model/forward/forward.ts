/** The decoder over whole sequences: hidden states and token log-probabilities, differentiable in the weights. */
import {
  engineKernels,
  recompute,
  tf,
  type DecoderModel,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "../../engine/index.js";
import { attend } from "./attend.js";
import type { ModelConfig } from "../config.js";
import { chunkedLogprobs } from "./chunkedLogprobs.js";
import { familyOf } from "../families.js";
import {
  halfRotation,
  labelLogprobs,
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

/** How a forward pass is done; values and gradients do not depend on it. */
export interface PassOptions {
  /** Keep only the input of each layer for the backward pass and compute the layer again there: less memory, a third more time. */
  gradientCheckpointing?: boolean;
}

/** What every layer of one forward pass shares. */
interface Pass {
  config: ModelConfig;
  B: number;
  T: number;
  /** Rotary tables, (1, T, 1, D). */
  cos: Tensor;
  sin: Tensor;
  rotation: Tensor2D;
  /** Causal bias of the folded scores, (1, 1, rep · T, T). */
  bias: Tensor;
  /** Receives the keys and values of a layer (prefill). */
  keep?: (cache: LayerCache) => void;
}

/** A bias that hides what must not be attended; finite, so that a fully hidden row stays finite. */
export const HIDDEN = -1e9;

function passOf(config: ModelConfig, B: number, T: number): Pass {
  const { headDim: D } = config;
  const rep = config.heads / config.kvHeads;
  const tables = ropeTables(T, D, config.ropeTheta, config.ropeScaling);
  const bias = new Float32Array(rep * T * T);
  for (let r = 0; r < rep; r++) {
    for (let t = 0; t < T; t++)
      bias.fill(HIDDEN, (r * T + t) * T + t + 1, (r * T + t + 1) * T);
  }
  return {
    ...{ config, B, T },
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

/** Weights of one layer by their name inside it, for example "self_attn.q_proj"; their biases likewise. */
export type LayerWeights = (name: string, kind?: "weight" | "bias") => Tensor2D;

/** The weights of layer `l`. */
export function layerWeights(weights: Weights, l: number): LayerWeights {
  return (name, kind = "weight") =>
    weight(weights, `model.layers.${l}.${name}.${kind}`) as Tensor2D;
}

/** Projections to queries, keys and values in one: weights ((H + 2·kv)·D, C), or biases ((H + 2·kv)·D). */
export function fusedQkv(w: LayerWeights, kind: "weight" | "bias"): Tensor {
  return tf.concat(
    ["q_proj", "k_proj", "v_proj"].map((part): Tensor =>
      w(`self_attn.${part}`, kind),
    ),
    0,
  );
}

/** Scale of the query heads, 1/√D, and of the key heads, 1, for a family without head norms: (H + kvHeads, 1). */
export function headScales(config: ModelConfig): Tensor2D {
  const { heads, kvHeads, headDim } = config;
  const scales = new Float32Array(heads + kvHeads).fill(1);
  scales.fill(1 / Math.sqrt(headDim), 0, heads);
  return tf.tensor2d(scales, [heads + kvHeads, 1]);
}

/** RMSNorm weights of all query and key heads in one (H + kvHeads, D) tensor; the score scale 1/√D is folded into the queries'. */
export function headNorms(w: LayerWeights, config: ModelConfig): Tensor2D {
  const q = tf.mul(w("self_attn.q_norm"), 1 / Math.sqrt(config.headDim));
  const k = w("self_attn.k_norm") as Tensor;
  const rows = [
    ...Array.from({ length: config.heads }, () => q as Tensor1D),
    ...Array.from({ length: config.kvHeads }, () => k as Tensor1D),
  ];
  return tf.stack(rows) as Tensor2D;
}

/** x · wᵀ: a linear layer, whose weight is stored (out, in). */
function linear(x: Tensor2D, w: Tensor2D): Tensor2D {
  return tf.matMul(x, w, false, true);
}

/** Grouped-query attention, with normalised queries and keys and with biases where the family has them, on (B·T, C). */
function attention(x: Tensor2D, w: LayerWeights, pass: Pass): Tensor2D {
  const { config, B, T } = pass;
  const { heads, kvHeads, headDim: D, rmsEps } = config;
  const family = familyOf(config);
  const product = linear(x, fusedQkv(w, "weight") as Tensor2D); // (B·T, (H + 2·kv)·D)
  const qkv = family.qkvBias ? tf.add(product, fusedQkv(w, "bias")) : product;
  const [qkFlat, vFlat] = tf.split(
    qkv,
    [(heads + kvHeads) * D, kvHeads * D],
    1,
  ) as [Tensor, Tensor];
  const qkHeads = tf.reshape(qkFlat, [B, T, heads + kvHeads, D]);
  const normed = family.headNorms
    ? rmsNorm(qkHeads, headNorms(w, config), rmsEps)
    : tf.mul(qkHeads, headScales(config));
  const qk = tf.transpose(
    rope(normed, pass.cos, pass.sin, pass.rotation),
    [0, 2, 1, 3],
  ); // (B, H + kv, T, D)
  const [q, k] = tf.split(qk, [heads, kvHeads], 1) as [Tensor4D, Tensor4D];
  const v = tf.transpose(
    tf.reshape(vFlat, [B, T, kvHeads, D]),
    [0, 2, 1, 3],
  ) as Tensor4D; // (B, kv, T, D)
  pass.keep?.({ k, v });
  const y = tf.transpose(attend(q, k, v, pass.bias), [0, 2, 1, 3]); // (B, T, H, D)
  return linear(
    tf.reshape(y, [B * T, heads * D]) as Tensor2D,
    w("self_attn.o_proj"),
  );
}

/** Feed-forward block: down(swiglu(gate(x), up(x))), on (N, C). */
function feedForward(x: Tensor2D, w: LayerWeights): Tensor2D {
  const both = tf.concat([w("mlp.gate_proj"), w("mlp.up_proj")], 0) as Tensor2D;
  const [gate, up] = tf.split(linear(x, both), 2, 1) as [Tensor, Tensor];
  return linear(swiglu(gate, up) as Tensor2D, w("mlp.down_proj"));
}

/** One decoder layer, (B·T, C) → (B·T, C). */
function decoderLayer(x: Tensor2D, w: LayerWeights, pass: Pass): Tensor2D {
  const { rmsEps } = pass.config;
  const h = rmsNorm(x, w("input_layernorm"), rmsEps);
  const mid = tf.add(x, attention(h, w, pass)) as Tensor2D;
  const g = rmsNorm(mid, w("post_attention_layernorm"), rmsEps);
  return tf.add(mid, feedForward(g, w));
}

/** The same of layer `l`, computed again in the backward pass. */
function recomputedLayer(
  x: Tensor2D,
  weights: Weights,
  l: number,
  pass: Pass,
): Tensor2D {
  const prefix = `model.layers.${l}.`;
  const names = [...weights.keys()].filter((name) => name.startsWith(prefix));
  const again = (inputs: Tensor[], tables: Tensor[]): Tensor => {
    const [h, ...values] = inputs as [Tensor2D, ...Tensor[]];
    const [cos, sin, rotation, bias] = tables as [
      Tensor,
      Tensor,
      Tensor2D,
      Tensor,
    ];
    const own = new Map(names.map((name, i) => [name, values[i]!]));
    const w = layerWeights(own, l);
    return decoderLayer(h, w, { ...pass, cos, sin, rotation, bias });
  };
  return recompute(
    again,
    [x, ...names.map((name) => weights.get(name)!)],
    [pass.cos, pass.sin, pass.rotation, pass.bias],
  ) as Tensor2D;
}

/** A decoder in the form in which the engine's whole-model calls take it. */
export function decoderModel(
  weights: Weights,
  config: ModelConfig,
): DecoderModel {
  const { layers, heads, kvHeads, headDim, rmsEps } = config;
  const { headNorms, qkvBias } = familyOf(config);
  const parts = [
    ...["q", "k", "v", "o"].map((name) => `self_attn.${name}_proj.weight`),
    ...(qkvBias ? ["q", "k", "v"] : []).map(
      (name) => `self_attn.${name}_proj.bias`,
    ),
    ...(headNorms ? ["q", "k"] : []).map(
      (name) => `self_attn.${name}_norm.weight`,
    ),
    ...["gate", "up", "down"].map((name) => `mlp.${name}_proj.weight`),
    ...["input_layernorm.weight", "post_attention_layernorm.weight"],
  ];
  const names = Array.from({ length: layers }, (_, l) =>
    parts.map((part) => `model.layers.${l}.${part}`),
  ).flat();
  return {
    shape: { layers, heads, kvHeads, headDim, rmsEps, headNorms, qkvBias },
    weights: [
      weight(weights, "model.embed_tokens.weight"),
      ...names.map((name) => weight(weights, name)),
      weight(weights, "model.norm.weight"),
      headWeight(weights, config),
    ],
    rope: (positions) =>
      ropeTables(positions, headDim, config.ropeTheta, config.ropeScaling),
  };
}

/**
 * Final hidden states after the last norm: by one call of the engine where it has one, else layer by layer.
 *
 * @param ids      (B, T) int32; rows are padded on the right with any token: later positions never reach earlier ones
 * @param options  gradientCheckpointing
 * @returns (B·T, C)
 */
export function hiddenStates(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
  { gradientCheckpointing = false }: PassOptions = {},
): Tensor2D {
  const { decoder } = engineKernels();
  return decoder
    ? decoder.hiddenStates(decoderModel(weights, config), ids, {
        gradientCheckpointing,
      })
    : composedHiddenStates(weights, config, ids, { gradientCheckpointing });
}

/**
 * The same by operations of `tf`: for engines without such a call, for what happens between the layers, and the test of the call.
 *
 * @param options  gradientCheckpointing · keep: receives the keys and values of each layer (prefill)
 */
export function composedHiddenStates(
  weights: Weights,
  config: ModelConfig,
  ids: Tensor2D,
  options: PassOptions & {
    keep?: (layer: number, cache: LayerCache) => void;
  } = {},
): Tensor2D {
  const { gradientCheckpointing = false, keep } = options;
  const [B, T] = ids.shape;
  const shared = passOf(config, B, T);
  let x = tf.gather(
    weight(weights, "model.embed_tokens.weight"),
    tf.reshape(ids, [B * T]) as Tensor1D,
  ) as Tensor2D; // (B·T, C)
  for (let l = 0; l < config.layers; l++) {
    const own = keep && ((cache: LayerCache): void => keep(l, cache));
    x = gradientCheckpointing
      ? recomputedLayer(x, weights, l, shared)
      : decoderLayer(x, layerWeights(weights, l), { ...shared, keep: own });
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

/** Positions of some sequences and the token that follows each. */
export interface Targets {
  /** (B, T) int32 */
  ids: Tensor2D;
  /** (N) int32, flat positions b·T + t whose hidden state predicts. */
  at: Tensor1D;
  /** (N) int32, the token that follows each. */
  targets: Tensor1D;
}

/** Most logits that are computed at a time; a larger product of positions and vocabulary is done in chunks of positions. */
const CHUNK_LOGITS = 2 ** 24;

/**
 * Log-probabilities of chosen next tokens; the vocabulary product is computed for these positions only, and of a large vocabulary in
 * chunks, whose logits are computed again in the backward pass: no more than 64 MiB of logits exist at a time.
 *
 * @returns (N) natural logarithms
 */
export function logprobsAt(
  weights: Weights,
  config: ModelConfig,
  { ids, at, targets }: Targets,
  options: PassOptions = {},
): Tensor1D {
  const states = hiddenStates(weights, config, ids, options);
  const hidden = tf.gather(states, at) as Tensor2D; // (N, C)
  const head = headWeight(weights, config); // (V, C)
  const { decoder } = engineKernels();
  if (decoder) return decoder.labelLogprobs(hidden, head, targets);
  const rows = Math.max(1, Math.floor(CHUNK_LOGITS / config.vocabSize));
  return targets.size <= rows
    ? labelLogprobs(linear(hidden, head), targets)
    : chunkedLogprobs(hidden, head, targets, rows);
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
  const positions = new Int32Array(B * (T - 1));
  for (let b = 0, i = 0; b < B; b++)
    for (let t = 0; t < T - 1; t++) positions[i++] = b * T + t;
  const targets = tf.reshape(tf.slice(ids, [0, 1], [B, T - 1]), [
    B * (T - 1),
  ]) as Tensor1D;
  const at = tf.tensor1d(positions, "int32");
  const flat = logprobsAt(weights, config, { ids, at, targets });
  return tf.reshape(flat, [B, T - 1]) as Tensor2D;
}
