/** What a configuration means where it says nothing: the defaults of each model type, by the classes of transformers. */

/** What is known of a model type. */
export interface ModelType {
  /** Values of keys that a config.json leaves out. */
  defaults: Readonly<Record<string, unknown>>;
  /**
   * Which layers attend only to a window: those from `max_window_layers` on where `use_sliding_window` is true (`"flag"`), all where
   * `sliding_window` is given (`"all"`), all but every n-th (a number), none (`"never"`).
   */
  window: "flag" | "all" | "never" | number;
  /** Whether every MLP is dense, so that `intermediate_size` is the width of each. */
  dense: boolean;
}

const DECODER = {
  hidden_act: "silu",
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
};

const LLAMA = {
  ...DECODER,
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
};

const QWEN2 = {
  ...DECODER,
  vocab_size: 151936,
  hidden_size: 4096,
  intermediate_size: 22016,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  max_position_embeddings: 32768,
  sliding_window: 4096,
  max_window_layers: 28,
};

const QWEN_MOE = {
  decoder_sparse_step: 1,
  num_experts_per_tok: 8,
  num_local_experts: 128,
};

const MISTRAL = {
  ...DECODER,
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131072,
};

const GEMMA = {
  ...DECODER,
  vocab_size: 256000,
  hidden_act: "gelu_pytorch_tanh",
  head_dim: 256,
  max_position_embeddings: 8192,
};

const GEMMA2 = {
  ...GEMMA,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
};

/** Known model types by their name in config.json. */
export const MODEL_TYPES: Readonly<Record<string, ModelType>> = {
  llama: { defaults: LLAMA, window: "never", dense: true },
  qwen2: { defaults: QWEN2, window: "flag", dense: true },
  qwen3: {
    defaults: { ...QWEN2, head_dim: 128 },
    window: "flag",
    dense: true,
  },
  qwen2_moe: {
    defaults: {
      ...QWEN2,
      ...QWEN_MOE,
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      moe_intermediate_size: 1408,
      shared_expert_intermediate_size: 5632,
      num_experts_per_tok: 4,
      num_local_experts: 60,
      qkv_bias: true,
    },
    window: "flag",
    dense: false,
  },
  qwen3_moe: {
    defaults: {
      ...QWEN2,
      ...QWEN_MOE,
      hidden_size: 2048,
      intermediate_size: 6144,
      num_hidden_layers: 24,
      num_key_value_heads: 4,
      moe_intermediate_size: 768,
    },
    window: "flag",
    dense: false,
  },
  mistral: {
    defaults: { ...MISTRAL, sliding_window: 4096 },
    window: "all",
    dense: true,
  },
  mixtral: {
    defaults: {
      ...MISTRAL,
      rms_norm_eps: 1e-5,
      rope_theta: 1e6,
      num_experts_per_tok: 2,
      num_local_experts: 8,
    },
    window: "all",
    dense: false,
  },
  phi3: {
    defaults: {
      ...LLAMA,
      vocab_size: 32064,
      hidden_size: 3072,
      intermediate_size: 8192,
      max_position_embeddings: 4096,
      original_max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
    },
    window: "all",
    dense: false,
  },
  gemma: {
    defaults: {
      ...GEMMA,
      hidden_size: 3072,
      intermediate_size: 24576,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 16,
    },
    window: "never",
    dense: true,
  },
  gemma2: {
    defaults: {
      ...GEMMA2,
      final_logit_softcapping: 30,
      attn_logit_softcapping: 50,
    },
    window: 2,
    dense: true,
  },
  gemma3_text: {
    defaults: {
      ...GEMMA2,
      vocab_size: 262208,
      max_position_embeddings: 131072,
      rope_theta: 1e6,
      rope_local_base_freq: 10000,
    },
    window: 6,
    dense: true,
  },
  siglip_vision_model: {
    defaults: {
      hidden_act: "gelu_pytorch_tanh",
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      num_channels: 3,
      image_size: 224,
      patch_size: 16,
      layer_norm_eps: 1e-6,
      vision_use_head: true,
    },
    window: "never",
    dense: true,
  },
  pixtral: {
    defaults: {
      hidden_act: "gelu",
      hidden_size: 1024,
      intermediate_size: 4096,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_channels: 3,
      image_size: 1024,
      patch_size: 16,
      rope_theta: 10000,
    },
    window: "never",
    dense: true,
  },
};

/** Model type of a nested configuration that does not name its own, by the type of the wrapper. */
export const TEXT_TYPES: Readonly<Record<string, string>> = {
  llava: "llama",
  llava_next: "llama",
  mistral3: "mistral",
  gemma3: "gemma3_text",
};
