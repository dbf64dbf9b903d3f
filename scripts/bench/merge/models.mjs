/** Synthetic checkpoints for the bench: a base of a Qwen3 shape and experts whose weights moved a little, all in bfloat16. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointWriter } from "../../../dist/checkpoint/index.js";

/**
 * Shapes of Qwen3, with tied embeddings; `tiny` is for trying the bench, `many` has 126,000 small tensors as a mixture of very many
 * experts has them.
 */
export const SHAPES = {
  tiny: {
    vocab: 8192,
    hidden: 256,
    layers: 4,
    inner: 768,
    heads: 4,
    kvHeads: 2,
    headSize: 64,
  },
  "0.6b": {
    vocab: 151_936,
    hidden: 1024,
    layers: 28,
    inner: 3072,
    heads: 16,
    kvHeads: 8,
    headSize: 128,
  },
  many: {
    vocab: 256,
    hidden: 16,
    layers: 42,
    inner: 4,
    heads: 2,
    kvHeads: 1,
    headSize: 8,
    experts: 1000,
  },
  "4b": {
    vocab: 151_936,
    hidden: 2560,
    layers: 36,
    inner: 9728,
    heads: 32,
    kvHeads: 8,
    headSize: 128,
  },
};

/** Tensors of a shape, in the order of the model. */
export function tensorsOf({
  vocab,
  hidden,
  layers,
  inner,
  heads,
  kvHeads,
  headSize,
  experts,
}) {
  const parts = [
    ["down_proj", [hidden, inner]],
    ["gate_proj", [inner, hidden]],
    ["up_proj", [inner, hidden]],
  ];
  const mlp =
    experts === undefined
      ? parts.map(([part, sides]) => [`mlp.${part}`, sides])
      : [
          ...Array.from({ length: experts }, (_, e) =>
            parts.map(([part, sides]) => [`mlp.experts.${e}.${part}`, sides]),
          ).flat(),
          ["mlp.gate", [experts, hidden]],
        ];
  const layer = [
    ["input_layernorm", [hidden]],
    ...mlp,
    ["post_attention_layernorm", [hidden]],
    ["self_attn.k_norm", [headSize]],
    ["self_attn.k_proj", [kvHeads * headSize, hidden]],
    ["self_attn.o_proj", [hidden, heads * headSize]],
    ["self_attn.q_norm", [headSize]],
    ["self_attn.q_proj", [heads * headSize, hidden]],
    ["self_attn.v_proj", [kvHeads * headSize, hidden]],
  ];
  return [
    ["model.embed_tokens", [vocab, hidden]],
    ...Array.from({ length: layers }, (_, i) =>
      layer.map(([name, shape]) => [`model.layers.${i}.${name}`, shape]),
    ).flat(),
    ["model.norm", [hidden]],
  ].map(([name, shape]) => ({ name: `${name}.weight`, dtype: "BF16", shape }));
}

function configOf({
  vocab,
  hidden,
  layers,
  inner,
  heads,
  kvHeads,
  headSize,
  experts,
}) {
  const kind =
    experts === undefined
      ? { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3" }
      : {
          architectures: ["Qwen3MoeForCausalLM"],
          model_type: "qwen3_moe",
          num_experts: experts,
          num_experts_per_tok: 8,
          moe_intermediate_size: inner,
          decoder_sparse_step: 1,
          mlp_only_layers: [],
          norm_topk_prob: true,
        };
  return {
    ...kind,
    vocab_size: vocab,
    hidden_size: hidden,
    num_hidden_layers: layers,
    intermediate_size: inner,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headSize,
    hidden_act: "silu",
    max_position_embeddings: 40_960,
    rms_norm_eps: 1e-6,
    rope_theta: 1e6,
    tie_word_embeddings: true,
    torch_dtype: "bfloat16",
  };
}

const CHUNK = 2 ** 20;

/** A chunk of bfloat16 weights of deviation 0.02: sums of four uniform numbers, from a linear congruence. */
function weights() {
  const values = new Float32Array(CHUNK);
  let state = 1;
  for (let i = 0; i < CHUNK; i++) {
    let sum = -2;
    for (let k = 0; k < 4; k++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      sum += state / 2 ** 32;
    }
    values[i] = 0.035 * sum;
  }
  const bits = new Uint32Array(values.buffer);
  return Uint16Array.from(bits, (word) => word >>> 16);
}

/** The chunk after training: three entries in ten moved by one to four steps of bfloat16, as RL leaves them. */
function trained(base, seed) {
  let state = seed;
  return base.map((bits) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (state >>> 16 > 0.3 * 65_536) return bits;
    const steps = 1 + ((state >>> 8) & 3);
    return state & 128 ? bits + steps : bits - steps;
  });
}

/** Write one model: the chunk again and again, from another place in every tensor. */
function writeModel(folder, shape, chunk) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(configOf(shape)));
  const writer = CheckpointWriter.create(folder, tensorsOf(shape), {
    shardSize: 5e9,
  });
  const bytes = new Uint8Array(chunk.buffer);
  let turn = 0;
  for (const { name, bytes: size } of writer.plan.tensors.values()) {
    let start = 0;
    for (let at = (turn++ * 98_304) % bytes.length; start < size; at = 0) {
      const part = bytes.subarray(at, at + size - start);
      writer.writeBytes(name, start, part);
      start += part.length;
    }
  }
  writer.finish();
}

/**
 * Write "base" and "expert1", "expert2", … into a folder.
 *
 * @returns entries of one model
 */
export function writeModels(folder, shape, experts) {
  const base = weights();
  writeModel(join(folder, "base"), shape, base);
  for (let i = 1; i <= experts; i++)
    writeModel(join(folder, `expert${i}`), shape, trained(base, i));
  return tensorsOf(shape).reduce(
    (sum, tensor) => sum + tensor.shape.reduce((a, b) => a * b, 1),
    0,
  );
}
