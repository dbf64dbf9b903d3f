/** The shape of a Qwen3 decoder and its Hugging Face `config.json`. */
import { CheckpointError } from "../error.js";

/** Hyper-parameters of a Qwen3 decoder; names in brackets are those of `config.json`. */
export interface ModelConfig {
  /** Tokens V [vocab_size]. */
  vocabSize: number;
  /** Channels C [hidden_size]. */
  hiddenSize: number;
  /** Width of the SwiGLU feed-forward block [intermediate_size]. */
  intermediateSize: number;
  /** Decoder layers L [num_hidden_layers]. */
  layers: number;
  /** Query heads H [num_attention_heads]. */
  heads: number;
  /** Key and value heads, a divisor of `heads` [num_key_value_heads]. */
  kvHeads: number;
  /** Head size D, even [head_dim]. */
  headDim: number;
  /** Base of the rotary embedding [rope_theta]. */
  ropeTheta: number;
  /** Epsilon of RMSNorm [rms_norm_eps]. */
  rmsEps: number;
  /** Whether the output head is the embedding matrix [tie_word_embeddings]. */
  tieEmbeddings: boolean;
  /** Longest sequence in tokens [max_position_embeddings]. */
  maxPositions: number;
}

/** The nano model of the embedded study: 529,504 parameters. */
export const NANO_CONFIG: ModelConfig = {
  vocabSize: 896,
  hiddenSize: 96,
  intermediateSize: 256,
  layers: 4,
  heads: 4,
  kvHeads: 2,
  headDim: 32,
  ropeTheta: 10000,
  rmsEps: 1e-6,
  tieEmbeddings: true,
  maxPositions: 512,
};

const INTEGERS: [keyof ModelConfig, string][] = [
  ["vocabSize", "vocab_size"],
  ["hiddenSize", "hidden_size"],
  ["intermediateSize", "intermediate_size"],
  ["layers", "num_hidden_layers"],
  ["heads", "num_attention_heads"],
  ["kvHeads", "num_key_value_heads"],
  ["headDim", "head_dim"],
  ["maxPositions", "max_position_embeddings"],
];

/**
 * Read a Hugging Face Qwen3 `config.json`.
 *
 * @param json parsed file
 * @throws CheckpointError the architecture is not Qwen3 or a field is missing or not valid
 */
export function configFromJson(json: Record<string, unknown>): ModelConfig {
  if (json["model_type"] !== "qwen3") {
    throw new CheckpointError(
      `configFromJson: model_type must be "qwen3", got ${JSON.stringify(json["model_type"])}`,
    );
  }
  const rope = json["rope_parameters"] as Record<string, unknown> | undefined;
  if (
    json["rope_scaling"] != null ||
    (rope?.["rope_type"] ?? "default") !== "default"
  ) {
    throw new CheckpointError(
      "configFromJson: rotary embeddings must be unscaled, got rope_scaling or another rope_type",
    );
  }
  const read = (name: string, fallback?: unknown): unknown =>
    json[name] ?? fallback;
  const config: Record<string, unknown> = {
    // Newer files keep theta inside rope_parameters.
    ropeTheta: read("rope_theta", rope?.["rope_theta"]),
    rmsEps: read("rms_norm_eps", 1e-6),
    tieEmbeddings: read("tie_word_embeddings", false),
  };
  for (const [ours, theirs] of INTEGERS) {
    const value = read(theirs);
    if (!Number.isInteger(value) || (value as number) < 1) {
      throw new CheckpointError(
        `configFromJson: ${theirs} must be a positive integer, got ${JSON.stringify(value)}`,
      );
    }
    config[ours] = value;
  }
  for (const name of ["ropeTheta", "rmsEps"]) {
    if (!((config[name] as number) > 0)) {
      throw new CheckpointError(
        `configFromJson: ${name} must be a positive number, got ${JSON.stringify(config[name])}`,
      );
    }
  }
  const result = config as unknown as ModelConfig;
  if (result.heads % result.kvHeads !== 0) {
    throw new CheckpointError(
      `configFromJson: num_attention_heads must be a multiple of num_key_value_heads, got ${result.heads} and ${result.kvHeads}`,
    );
  }
  if (result.headDim % 2 !== 0) {
    throw new CheckpointError(
      `configFromJson: head_dim must be even, got ${result.headDim}`,
    );
  }
  return result;
}

/** Write a Hugging Face Qwen3 `config.json`, readable by transformers. */
export function configToJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ["Qwen3ForCausalLM"],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: 0,
    eos_token_id: 2,
    head_dim: config.headDim,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    max_window_layers: config.layers,
    model_type: "qwen3",
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsEps,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    sliding_window: null,
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: "bfloat16",
    use_cache: true,
    use_sliding_window: false,
    vocab_size: config.vocabSize,
  };
}
