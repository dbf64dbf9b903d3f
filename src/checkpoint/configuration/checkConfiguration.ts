/** Whether a configuration describes the tensors that are stored beside it. */
import { MODEL_TYPES } from "./modelTypes.js";
import {
  filled,
  textConfigOf,
  textTypeOf,
  type Configuration,
} from "./meaningOf.js";

/** A key of a configuration that the tensors contradict. */
export interface Contradiction {
  /** Key of the configuration of the decoder. */
  key: string;
  /** What the configuration says, a default of its type included. */
  said: number;
  /** What the tensor has. */
  found: number;
  /** Name of the tensor. */
  tensor: string;
}

interface Rule {
  tensor: RegExp;
  axis: number;
  keys: readonly string[];
  /** Only where every MLP is dense. */
  dense?: true;
}

const RULES: readonly Rule[] = [
  { tensor: /embed_tokens\.weight$/, axis: 0, keys: ["vocab_size"] },
  { tensor: /embed_tokens\.weight$/, axis: 1, keys: ["hidden_size"] },
  {
    tensor: /layers\.0\.self_attn\.q_proj\.weight$/,
    axis: 0,
    keys: ["num_attention_heads", "head_dim"],
  },
  {
    tensor: /layers\.0\.self_attn\.k_proj\.weight$/,
    axis: 0,
    keys: ["num_key_value_heads", "head_dim"],
  },
  {
    tensor: /layers\.0\.mlp\.up_proj\.weight$/,
    axis: 0,
    keys: ["intermediate_size"],
    dense: true,
  },
];

const OTHER_TOWER = /(?:^|\.)(?:vision|visual|audio|mtp|image)/;
const FLOATS: readonly string[] = ["F64", "F32", "F16", "BF16"];

/**
 * The sizes of a configuration that the tensors contradict: vocabulary, channels, heads, width of the MLP. Of a model type that is
 * not known, only what the file itself says of vocabulary and channels is checked; quantized tensors are not.
 *
 * @param tensors  names, dtypes and shapes
 * @example
 * checkConfiguration({ vocab_size: 10 }, [{ name: "model.embed_tokens.weight", dtype: "F32", shape: [12, 8] }])[0]?.key // "vocab_size"
 */
export function checkConfiguration(
  config: Configuration,
  tensors: Iterable<{
    name: string;
    dtype: string;
    shape: readonly number[];
  }>,
): Contradiction[] {
  const name = textTypeOf(config);
  const type = name === null ? undefined : MODEL_TYPES[name];
  const all = filled(textConfigOf(config), type);
  const found: Contradiction[] = [];
  for (const { name: tensor, dtype, shape } of tensors) {
    if (OTHER_TOWER.test(tensor) || !FLOATS.includes(dtype)) continue;
    for (const rule of RULES) {
      if (!rule.tensor.test(tensor) || shape.length !== 2) continue;
      if (rule.dense === true && type?.dense !== true) continue;
      if (rule.keys.length > 1 && type === undefined) continue;
      const values = rule.keys.map((key) => all[key]);
      if (!values.every((value) => typeof value === "number")) continue;
      const said = (values as number[]).reduce((a, b) => a * b, 1);
      const size = shape[rule.axis]!;
      if (said !== size)
        found.push({ key: rule.keys.join(" × "), said, found: size, tensor });
    }
  }
  return found;
}
