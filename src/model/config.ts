/** The shape of a decoder and its Hugging Face `config.json`. */
import { meaningOf } from "../checkpoint/index.js";
import { CheckpointError } from "../error.js";
import { FAMILIES, familyOf, type FamilyName } from "./families.js";
import type { TextTokens } from "./folderFiles.js";
import type { RopeScaling } from "./forward/ropeFrequencies.js";

/** Hyper-parameters of a decoder; names in brackets are those of `config.json`. */
export interface ModelConfig {
  /** Which decoder it is, see `FAMILIES`; default "qwen3" [model_type]. */
  family?: FamilyName;
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
  /** Scaling of the rotary frequencies; absent where they are not scaled [rope_scaling]. */
  ropeScaling?: RopeScaling;
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

/** The model of the study in the harder world: 902,528 parameters, hardly slower on a CPU core than the nano model. */
export const MICRO_CONFIG: ModelConfig = {
  ...NANO_CONFIG,
  hiddenSize: 128,
  intermediateSize: 384,
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

/** Most that a size may be: real ones stay far below, and each makes us allocate. */
const LARGEST = 2 ** 24;
/** Most layers: each is a dozen tensors. */
const MOST_LAYERS = 10_000;

/** What a configuration may mean beside the sizes; everything else is not implemented. */
const UNDERSTOOD: readonly string[] = [
  ...INTEGERS.map(([, name]) => name),
  ...["model_type", "architectures", "auto_map", "hidden_act"],
  ...["rms_norm_eps", "rope_theta"],
];

function refuse(key: string, must: string, got: unknown): never {
  throw new CheckpointError(
    `configFromJson: ${key} must be ${must}, got ${JSON.stringify(got)}`,
  );
}

/** Refuse what the decoder does not implement, by name. */
function checkImplemented(values: ReadonlyMap<string, unknown>): void {
  const type = values.get("model_type");
  if (typeof type !== "string" || !Object.hasOwn(FAMILIES, type))
    refuse("model_type", `one of ${Object.keys(FAMILIES).join(", ")}`, type);
  const activation = values.get("hidden_act");
  if (activation !== "silu") refuse("hidden_act", '"silu"', activation);
  const classes = values.get("architectures");
  if (
    Array.isArray(classes) &&
    !classes.some((name) => /ForCausalLM$/.test(String(name)))
  )
    refuse("architectures", "a decoder of text (…ForCausalLM)", classes);
  const scalable = FAMILIES[type as FamilyName].scaledRope;
  for (const [key, value] of values)
    if (!UNDERSTOOD.includes(key) && !(key === "rope_scaling" && scalable))
      refuse(key, "off or absent, since it is not implemented", value);
}

/**
 * Read a Hugging Face `config.json`, as transformers 4 or 5 write it.
 *
 * What it means (`checkpoint.meaningOf`) must be what the decoder computes; the first key that it does not implement is refused by
 * name: another type or activation, windows that are switched on, scaled rotary embeddings, quantization, softcapping, biases, …
 *
 * @param json parsed file
 * @throws CheckpointError something is not implemented, or a field is missing or not valid
 */
export function configFromJson(json: Record<string, unknown>): ModelConfig {
  const { values } = meaningOf(json);
  checkImplemented(values);
  const family = values.get("model_type") as FamilyName;
  const scaling = values.get("rope_scaling");
  const config: Record<string, unknown> = {
    ...(family !== "qwen3" && { family }),
    ...(scaling !== undefined && { ropeScaling: readScaling(scaling) }),
    ropeTheta: values.get("rope_theta"),
    rmsEps: values.get("rms_norm_eps"),
    tieEmbeddings: json["tie_word_embeddings"] ?? false,
  };
  for (const [ours, theirs] of INTEGERS) {
    const value =
      theirs === "max_position_embeddings"
        ? (json[theirs] ?? (family === "llama" ? 2048 : 32768))
        : values.get(theirs);
    const most = ours === "layers" ? MOST_LAYERS : LARGEST;
    const isSize =
      Number.isInteger(value) &&
      (value as number) >= 1 &&
      (value as number) <= most;
    if (!isSize) {
      const got = json[theirs] === undefined ? value : json[theirs];
      throw new CheckpointError(
        `configFromJson: ${theirs} must be ${Number(got) > most ? `at most ${most}` : "a positive integer"}, got ${JSON.stringify(got)}`,
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

/** The scaling of Llama 3, the one that is implemented. */
function readScaling(scaling: unknown): RopeScaling {
  const given = scaling as Record<string, unknown>;
  if (given["rope_type"] !== "llama3")
    refuse("rope_scaling", 'off or of rope_type "llama3"', scaling);
  const read = (key: string): number => {
    const value = given[key];
    return typeof value === "number" && value > 0
      ? value
      : refuse(`${key} of rope_scaling`, "a positive number", value);
  };
  return {
    factor: read("factor"),
    lowFreqFactor: read("low_freq_factor"),
    highFreqFactor: read("high_freq_factor"),
    originalMaxPositions: read("original_max_position_embeddings"),
  };
}

/** The scaling as `rope_scaling` of config.json; null where there is none. */
function scalingToJson(scaling: RopeScaling | undefined): object | null {
  if (scaling === undefined) return null;
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPositions,
  };
}

/**
 * Write a Hugging Face `config.json`, readable by transformers. Its dtype is that of float32; `writeModelFolder` puts the one
 * that is stored.
 *
 * @param tokens  ids of the tokens that open, close and fill a text, see `textTokens`; default none
 */
export function configToJson(
  config: ModelConfig,
  tokens: Partial<TextTokens> = {},
): Record<string, unknown> {
  return {
    architectures: [familyOf(config).architecture],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: null,
    eos_token_id: null,
    head_dim: config.headDim,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    max_window_layers: config.layers,
    model_type: config.family ?? "qwen3",
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    pad_token_id: null,
    rms_norm_eps: config.rmsEps,
    rope_scaling: scalingToJson(config.ropeScaling),
    rope_theta: config.ropeTheta,
    sliding_window: null,
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: "float32",
    use_cache: true,
    use_sliding_window: false,
    vocab_size: config.vocabSize,
    ...tokens,
  };
}
