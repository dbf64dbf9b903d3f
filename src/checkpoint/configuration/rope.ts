/** Rotary embeddings of a configuration, from the spellings of transformers 4 (`rope_theta`, `rope_scaling`) and 5 (`rope_parameters`). */

type Json = Readonly<Record<string, unknown>>;

/** Rotary embedding of one kind of layer. */
export interface Rope {
  /** Base of the frequencies. */
  theta: unknown;
  /** "default", "linear", "dynamic", "yarn", "longrope", "llama3", or what the file says. */
  type: string;
  /** Fraction of a head's entries that are rotated. */
  partial: unknown;
  /** What the type needs besides, with its defaults; empty for "default". */
  scaling: Json;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names of the same type; "mrope" is unscaled, with sections for pictures, "axial" that of a vision tower. */
const SAME_TYPE: Readonly<Record<string, string>> = {
  su: "longrope",
  axial: "default",
  mrope: "default",
};

const DEFAULTS: Readonly<Record<string, Json>> = {
  yarn: { beta_fast: 32, beta_slow: 1, truncate: true },
};

/** Types that depend on the length for which the model was first trained, by default the present one. */
const LENGTHS: readonly string[] = ["dynamic", "yarn", "longrope"];

/**
 * Keys of config.json that `ropesOf` reads.
 */
export const ROPE_KEYS: readonly string[] = [
  "rope_theta",
  "rope_scaling",
  "rope_parameters",
  "rope_local_base_freq",
  "partial_rotary_factor",
  "original_max_position_embeddings",
];

function one(own: Json, flat: Json): Rope {
  const given = own["rope_type"] ?? own["type"] ?? "default";
  const name = String(given);
  let type = SAME_TYPE[name] ?? name;
  if (type === "linear" && own["factor"] === 1) type = "default";
  const scaling: Record<string, unknown> = { ...DEFAULTS[type] };
  for (const [key, value] of Object.entries(own)) {
    if (value === null || value === undefined) continue;
    if (/^(?:rope_theta|rope_type|type|partial_rotary_factor)$/.test(key))
      continue;
    if (type === "default" && !key.startsWith("mrope_")) continue;
    scaling[key] = value;
  }
  const longest = flat["max_position_embeddings"];
  if (LENGTHS.includes(type))
    scaling["original_max_position_embeddings"] ??=
      flat["original_max_position_embeddings"] ?? longest;
  // Its attention factor grows with the ratio of the two lengths.
  if (type === "longrope") scaling["max_position_embeddings"] = longest;
  return {
    theta: own["rope_theta"] ?? flat["rope_theta"],
    type,
    partial: own["partial_rotary_factor"] ?? flat["partial_rotary_factor"] ?? 1,
    scaling,
  };
}

/**
 * Rotary embeddings by kind of layer; one of the key "" where all layers have the same.
 *
 * @param config  a configuration, with the defaults of its type filled in
 * @example
 * ropesOf({ rope_parameters: { rope_theta: 1e6, rope_type: "default" } }).get("")?.theta // 1e6
 */
export function ropesOf(config: Json): Map<string, Rope> {
  const parameters = config["rope_parameters"];
  const scaling = config["rope_scaling"];
  const flat = isObject(scaling) ? scaling : {};
  if (isObject(parameters)) {
    const kinds = Object.entries(parameters);
    if (kinds.length > 0 && kinds.every(([, value]) => isObject(value)))
      return new Map(
        kinds.map(([kind, own]) => [kind, one(own as Json, config)]),
      );
    return new Map([["", one({ ...flat, ...parameters }, config)]]);
  }
  const local = config["rope_local_base_freq"];
  if (local === null || local === undefined)
    return new Map([["", one(flat, config)]]);
  return new Map([
    ["full_attention", one(flat, config)],
    ["sliding_attention", one({ rope_theta: local }, config)],
  ]);
}
