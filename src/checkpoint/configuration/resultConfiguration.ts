/** The configuration of a model that was made from another one: its dtype, and the layers that were taken. */
import { MODEL_TYPES } from "./modelTypes.js";
import {
  filled,
  textConfigOf,
  textKeyOf,
  textTypeOf,
  type Configuration,
} from "./meaningOf.js";
import { windowsOf } from "./windows.js";

/** Names of dtypes in config.json. */
const TORCH_NAMES: Readonly<Record<string, string>> = {
  BF16: "bfloat16",
  F16: "float16",
  F32: "float32",
  F64: "float64",
};

/** Keys with one entry per layer. */
const PER_LAYER: readonly string[] = [
  "layer_types",
  "mlp_layer_types",
  "no_rope_layers",
];

/** Keys that list numbers of layers. */
const NUMBERS: readonly string[] = [
  "mlp_only_layers",
  "cross_attention_layers",
  "full_attn_idxs",
];

/** A configuration with the dtype that was written: at each level where it names one, in the spelling of the file. */
export function withDtype(
  config: Configuration,
  dtype: string,
): Record<string, unknown> {
  const name = TORCH_NAMES[dtype];
  if (name === undefined) return { ...config };
  const set = (
    level: Configuration,
    always: boolean,
  ): Record<string, unknown> => {
    const out: Record<string, unknown> = { ...level };
    // transformers 5 writes `dtype`, earlier versions `torch_dtype`.
    const keys = ["dtype", "torch_dtype"].filter((key) =>
      Object.hasOwn(level, key),
    );
    if (keys.length === 0 && always) keys.push("torch_dtype");
    for (const key of keys) out[key] = name;
    return out;
  };
  const out = set(config, true);
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === "object" && value !== null && key.endsWith("_config"))
      if (!Array.isArray(value) && key !== "quantization_config")
        out[key] = set(value as Configuration, false);
  }
  return out;
}

/**
 * A configuration with other layers: `sources[i]` is the layer of the old model that the new layer `i` was taken from. Of a wrapper the
 * text configuration is changed, and what the top repeats of it.
 */
export function withLayers(
  config: Configuration,
  sources: readonly number[],
): Record<string, unknown> {
  const name = textTypeOf(config);
  const type = name === null ? undefined : MODEL_TYPES[name];
  const text = textConfigOf(config);
  const all = filled(text, type);
  const change = (level: Configuration): Record<string, unknown> => {
    const out: Record<string, unknown> = { ...level };
    if (level === text || Object.hasOwn(level, "num_hidden_layers"))
      out["num_hidden_layers"] = sources.length;
    for (const key of PER_LAYER) {
      const list = level[key];
      if (Array.isArray(list))
        out[key] = sources.map((from) => list[from] as unknown);
    }
    for (const key of NUMBERS) {
      const list = level[key];
      if (!Array.isArray(list)) continue;
      // A file of megabytes may list millions: each is looked up, not searched.
      const listed = new Set<unknown>(list);
      out[key] = sources.flatMap((from, to) => (listed.has(from) ? [to] : []));
    }
    return out;
  };
  const changed = change(text);
  if (type !== undefined && !Array.isArray(text["layer_types"])) {
    // A rule by the number of the layer (every n-th, from n on) means something else after layers moved.
    const windows = windowsOf(all, type.window);
    if (windows.some((window) => window !== windows[0]))
      changed["layer_types"] = sources.map((from) =>
        windows[from] === null ? "full_attention" : "sliding_attention",
      );
  }
  const key = textKeyOf(config);
  return key === null ? changed : { ...change(config), [key]: changed };
}
