/** What a configuration means: one spelling for what transformers 4, 5 and wrappers write in several. */
import { MODEL_TYPES, TEXT_TYPES, type ModelType } from "./modelTypes.js";
import { ROPE_KEYS, ropesOf } from "./rope.js";
import { WINDOW_KEYS, windowsOf } from "./windows.js";
import { hasNoEffect } from "./withoutEffect.js";

/** The object in a config.json. */
export type Configuration = Readonly<Record<string, unknown>>;

/** What a configuration means. */
export interface Meaning {
  /** `model_type`; null where it is not said. */
  modelType: string | null;
  /** Values that change what the weights compute, by dotted key; defaults filled in, nothing null, false or empty. */
  values: ReadonlyMap<string, unknown>;
  /** Model types whose defaults are not known here; where such a model leaves a key out its value is unknown. */
  unknownTypes: readonly string[];
}

/** Other names of a key, in files of some version or type. */
const SAME_KEY: Readonly<Record<string, string>> = {
  hidden_activation: "hidden_act",
  num_experts: "num_local_experts",
};

/** Wrappers whose text configuration older files write flat, beside `vision_config`. */
const FLAT_WRAPPERS: readonly string[] = ["qwen2_vl", "qwen2_5_vl"];

/** Names of classes and code; compared only where both configurations give them. */
export const NAMING_KEYS: readonly string[] = ["architectures", "auto_map"];

const isObject = (value: unknown): value is Configuration =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** True for a nested configuration of another model. */
function isNested(key: string, value: unknown): value is Configuration {
  return (
    isObject(value) && key.endsWith("_config") && key !== "quantization_config"
  );
}

/**
 * The part of a configuration that describes the decoder of text: of a wrapper (vision, audio) its `text_config` or `llm_config`,
 * else the whole.
 *
 * @example
 * textConfigOf({ model_type: "gemma3", text_config: { num_hidden_layers: 4 } }).num_hidden_layers // 4
 */
export function textConfigOf(config: Configuration): Configuration {
  const key = textKeyOf(config);
  return key === null ? config : (config[key] as Configuration);
}

/** Key of the nested configuration of the decoder of text; null where the configuration has none. */
export function textKeyOf(config: Configuration): string | null {
  const keys = ["text_config", "llm_config", "language_config"];
  return keys.find((key) => isObject(config[key])) ?? null;
}

/** Type of a decoder, which a wrapper's nested configuration may leave to the wrapper. */
export function textTypeOf(config: Configuration): string | null {
  const own = textConfigOf(config)["model_type"] ?? null;
  const wrapper = config["model_type"];
  if (typeof own === "string") return own;
  return typeof wrapper === "string" ? (TEXT_TYPES[wrapper] ?? null) : null;
}

/** Keys of one level under one name each, with the defaults of the type; a null is kept, since it can switch a default off. */
export function filled(
  config: Configuration,
  type: ModelType | undefined,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...type?.defaults };
  for (const [key, value] of Object.entries(config)) {
    const name = SAME_KEY[key] ?? key;
    // Gemma's first files have an unused hidden_act beside hidden_activation.
    if (name === "hidden_act" && key === name && config["hidden_activation"])
      continue;
    if (value !== null || key !== "hidden_activation")
      all[name] = value === "swish" && name === "hidden_act" ? "silu" : value;
  }
  const { num_attention_heads: heads, hidden_size: size } = all;
  if (type !== undefined) {
    all["num_key_value_heads"] ??= heads;
    all["head_dim"] ??= Number(size) / Number(heads);
  }
  return all;
}

/** Put the values of one level into `values`; nested configurations below it too. */
function collect(
  config: Configuration,
  prefix: string,
  typeName: string | null,
  values: Map<string, unknown>,
  unknown: Set<string>,
): void {
  const type = typeName === null ? undefined : MODEL_TYPES[typeName];
  const all = filled(config, type);
  const nestedText = textKeyOf(config);
  if (type === undefined && nestedText === null)
    unknown.add(typeName ?? "none");
  const put = (key: string, value: unknown): void => {
    if (value === null || value === undefined || value === false) return;
    if (Array.isArray(value) && value.length === 0) return;
    values.set(prefix + key, value);
  };
  const isWrapper = nestedText !== null;
  for (const [key, value] of Object.entries(all)) {
    if (isNested(key, value)) {
      const own = value["model_type"];
      const inherited = key === nestedText ? textTypeOf(config) : null;
      const nested = typeof own === "string" ? own : inherited;
      collect(value, `${prefix}${key}.`, nested, values, unknown);
    } else if (key === "layer_types" && type === undefined) {
      // Where all layers are alike older files say nothing.
      const plain =
        Array.isArray(value) &&
        value.every((kind) => kind === "full_attention");
      if (!plain) put(key, value);
    } else if (
      !hasNoEffect(key) &&
      !ROPE_KEYS.includes(key) &&
      !(type !== undefined && WINDOW_KEYS.includes(key)) &&
      key !== "model_type" &&
      // It bounds the input; where it scales frequencies, the rotary embedding has it.
      key !== "max_position_embeddings"
    )
      put(key, value);
  }
  if (prefix === "" || typeName !== null) put("model_type", typeName);
  putRope(all, isWrapper, put);
  if (type === undefined) return;
  const windows = windowsOf(all, type.window);
  const [first] = windows;
  put(
    "sliding_window",
    windows.every((window) => window === first) ? first : windows,
  );
}

function putRope(
  all: Configuration,
  isWrapper: boolean,
  put: (key: string, value: unknown) => void,
): void {
  // A wrapper has no rotary embedding of its own.
  if (isWrapper) return;
  for (const [kind, { theta, type, partial, scaling }] of ropesOf(all)) {
    const suffix = kind === "" ? "" : `.${kind}`;
    put(`rope_theta${suffix}`, theta);
    if (type !== "default" || Object.keys(scaling).length > 0)
      put(`rope_scaling${suffix}`, { rope_type: type, ...scaling });
    if (partial !== 1) put(`partial_rotary_factor${suffix}`, partial);
  }
}

/** A flat wrapper of old as it is written today, its text configuration nested. */
function nestText(config: Configuration): Configuration {
  const type = config["model_type"];
  if (!FLAT_WRAPPERS.includes(String(type)) || textKeyOf(config) !== null)
    return config;
  const outer: Record<string, unknown> = {};
  const text: Record<string, unknown> = { model_type: `${String(type)}_text` };
  for (const [key, value] of Object.entries(config)) {
    const stays =
      isNested(key, value) ||
      key === "model_type" ||
      NAMING_KEYS.includes(key) ||
      key.endsWith("_token_id");
    (stays ? outer : text)[key] = value;
  }
  return { ...outer, text_config: text };
}

/**
 * What a configuration means: keys without effect left out (`hasNoEffect`), one spelling for each of the others, the defaults of
 * known model types filled in, nested configurations under dotted keys. A key that is null, false or an empty list and an absent one are the same
 * unless the type's default says otherwise.
 *
 * @example
 * meaningOf({ model_type: "qwen3", rope_parameters: { rope_theta: 1e6 } }).values.get("rope_theta") // 1000000
 */
export function meaningOf(given: Configuration): Meaning {
  const config = nestText(given);
  const type = config["model_type"];
  const modelType = typeof type === "string" ? type : null;
  const values = new Map<string, unknown>();
  const unknown = new Set<string>();
  collect(config, "", modelType, values, unknown);
  // Wrappers repeat keys of their text configuration at the top in some versions.
  const key = textKeyOf(config);
  if (key !== null) {
    for (const [name, value] of [...values]) {
      const nested = values.get(`${key}.${name}`);
      if (name !== "model_type" && nested !== undefined && nested === value)
        values.delete(name);
    }
  }
  return { modelType, values, unknownTypes: [...unknown] };
}
