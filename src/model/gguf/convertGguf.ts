/** A GGUF file as a Hugging Face model folder. */
import {
  GgufFile,
  type Param,
  type Params,
  sizeOf,
  writeModelFolder,
} from "../../checkpoint/index.js";
import { CheckpointError } from "../../error.js";
import { configFromJson, configToJson, type ModelConfig } from "../config.js";
import { FAMILIES, type FamilyName } from "../families.js";
import { parameterShapes } from "../parameters.js";
import {
  namedToken,
  tokenizerFiles,
  type GgufMetadata,
} from "./ggufTokenizer.js";

/** Names of tensors outside of layers. */
const OUTSIDE: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};

/** Names of the parts of a layer. */
const PARTS: Readonly<Record<string, string>> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
};

/** Name of a parameter in a GGUF file. */
function ggufName(name: string): string {
  const found = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  return found === null
    ? OUTSIDE[name]!
    : `blk.${found[1]}.${PARTS[found[2]!]}.${found[3]}`;
}

/** The configuration that the metadata means. */
function configOf(metadata: GgufMetadata, isTied: boolean): ModelConfig {
  const family = metadata.get("general.architecture");
  if (typeof family !== "string" || !Object.hasOwn(FAMILIES, family))
    throw new CheckpointError(
      `convertGguf: general.architecture must be one of ${Object.keys(FAMILIES).join(", ")}, got ${JSON.stringify(family)}`,
    );
  const number = (key: string, fallback?: number): number => {
    const value = metadata.get(`${family}.${key}`) ?? fallback;
    if (typeof value === "number") return value;
    throw new CheckpointError(
      `convertGguf: ${family}.${key} must be a number, got ${JSON.stringify(value) ?? "nothing"}`,
    );
  };
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const heads = number("attention.head_count");
  const hiddenSize = number("embedding_length");
  return {
    family: family as FamilyName,
    vocabSize: Array.isArray(tokens) ? tokens.length : number("vocab_size"),
    hiddenSize,
    intermediateSize: number("feed_forward_length"),
    layers: number("block_count"),
    heads,
    kvHeads: number("attention.head_count_kv", heads),
    headDim: number("attention.key_length", hiddenSize / heads),
    ropeTheta: number("rope.freq_base", 10000),
    // The file has it in float32: 1e-5 comes out as the decimal that was meant.
    rmsEps: Number(number("attention.layer_norm_rms_epsilon").toPrecision(7)),
    tieEmbeddings: isTied,
    maxPositions: number("context_length"),
  };
}

/**
 * Rows of queries or keys in the order of transformers, from that of llama.cpp, whose rotation pairs neighbours: of a head, row 2i + j
 * becomes row j · D/2 + i.
 */
function unpaired(
  rows: Float32Array,
  heads: number,
  width: number,
): Float32Array {
  const D = rows.length / width / heads;
  const out = new Float32Array(rows.length);
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < D / 2; i++)
      for (let j = 0; j < 2; j++) {
        const from = (head * D + 2 * i + j) * width;
        out.set(
          rows.subarray(from, from + width),
          (head * D + (j * D) / 2 + i) * width,
        );
      }
  return out;
}

/** The parameters, each read and decoded only when it is asked for. */
function paramsOf(file: GgufFile, config: ModelConfig): Params {
  const params: Params = new Map();
  const unused = new Set(file.tensors.keys());
  for (const [name, shape] of parameterShapes(config)) {
    const theirs = ggufName(name);
    const found = file.tensors.get(theirs);
    if (found?.shape.join() !== shape.join())
      throw new CheckpointError(
        `convertGguf: tensor "${theirs}" must have shape (${shape.join(", ")}), got ${found ? `(${found.shape.join(", ")})` : "none"}`,
      );
    unused.delete(theirs);
    const isPaired = config.family === "llama" && /\.[qk]_proj\./.test(name);
    const heads = name.includes("q_proj") ? config.heads : config.kvHeads;
    const param: Param = {
      dtype: "F32",
      shape,
      get data(): Float32Array {
        const values = file.read(theirs);
        return isPaired
          ? unpaired(values, heads, sizeOf(shape.slice(1)))
          : values;
      },
    };
    params.set(name, param);
  }
  const [other] = unused;
  if (other !== undefined)
    throw new CheckpointError(
      `convertGguf: tensors must be those of the configuration, got unexpected "${other}"`,
    );
  return params;
}

/**
 * Write a model of a GGUF file as a Hugging Face model folder: quantized values as the float32 that they stand for, byte-level BPE
 * tokenizer and chat template.
 *
 * Families: those of `FAMILIES`, without scaled rotations. Cost: one tensor in memory.
 *
 * @param files       more files of the folder, such as a licence
 * @param provenance  where it comes from
 * @throws CheckpointError the file breaks the format, or holds what is not implemented, by name
 * @example
 * convertGguf("model.gguf", "models/converted")
 */
export function convertGguf(
  path: string,
  out: string,
  {
    files = {},
    provenance,
  }: { files?: Record<string, Uint8Array>; provenance?: object } = {},
): void {
  const file = GgufFile.open(path);
  try {
    const { metadata } = file;
    const config = configOf(metadata, !file.tensors.has("output.weight"));
    const json = configToJson(config, {
      bos_token_id: namedToken(metadata, "bos"),
      eos_token_id: namedToken(metadata, "eos"),
      pad_token_id: namedToken(metadata, "padding"),
    });
    // What the decoder refuses is refused before anything is written.
    configFromJson(json);
    writeModelFolder(out, {
      config: json,
      params: paramsOf(file, config),
      files: { ...tokenizerFiles(metadata), ...files },
      ...(provenance && { provenance }),
    });
  } finally {
    file.close();
  }
}
