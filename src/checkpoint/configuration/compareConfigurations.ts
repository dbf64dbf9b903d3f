/** Where two configurations mean different things. */
import { canonicalJson } from "../../io/index.js";
import { NAMING_KEYS, meaningOf, type Configuration } from "./meaningOf.js";

/** One key in which two configurations mean different things. */
export interface ConfigurationDifference {
  /** Dotted, in the spelling of transformers 4. */
  key: string;
  /** Values with defaults filled in, as JSON with sorted keys; "nothing" where there is none. */
  first: string;
  second: string;
  /** Why the value of a missing key is not known; "" where it is. */
  unknown: string;
}

/** Keys that count layers, and so differ where layers are taken apart. */
const LAYER_KEYS =
  /(?:^|\.)(?:num_hidden_layers|layer_types|mlp_layer_types|no_rope_layers|max_window_layers)$/;

/** A repository in front of a class ("org/name--file.Class") is where the code came from, not what it is. */
function named(key: string, value: unknown): unknown {
  if (!key.endsWith("auto_map")) return value;
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "string" ? inner.replace(/^.*--/, "") : inner,
    ),
  );
}

/**
 * The keys in which two configurations mean different things, sorted.
 *
 * @param options  sliced: layers are taken apart, so that their number may differ; default false
 * @example
 * compareConfigurations({ model_type: "llama" }, { model_type: "llama", rope_theta: 5e5 })[0]?.key // "rope_theta"
 */
export function compareConfigurations(
  first: Configuration,
  second: Configuration,
  { sliced = false }: { sliced?: boolean } = {},
): ConfigurationDifference[] {
  const a = meaningOf(first);
  const b = meaningOf(second);
  const unknown = [...new Set([...a.unknownTypes, ...b.unknownTypes])];
  const keys = new Set([...a.values.keys(), ...b.values.keys()]);
  const differences: ConfigurationDifference[] = [];
  // A difference in type explains all others.
  const order = [...keys].sort((x, y) => rank(x) - rank(y) || (x < y ? -1 : 1));
  for (const key of order) {
    const [left, right] = [a.values.get(key), b.values.get(key)];
    const perLayer = Array.isArray(left) || Array.isArray(right);
    if (sliced && LAYER_KEYS.test(key)) continue;
    if (sliced && key.endsWith("sliding_window") && perLayer) continue;
    const missing = left === undefined || right === undefined;
    if (missing && NAMING_KEYS.some((name) => key.endsWith(name))) continue;
    const text = (value: unknown): string =>
      value === undefined ? "nothing" : canonicalJson(named(key, value));
    const [one, other] = [text(left), text(right)];
    if (one === other) continue;
    differences.push({
      key,
      first: one,
      second: other,
      unknown:
        missing && unknown.length > 0
          ? `the defaults of model type ${unknown.join(", ")} are not known here: write ${key} in both`
          : "",
    });
  }
  return differences;
}

function rank(key: string): number {
  return key === "model_type" ? 0 : key.endsWith("model_type") ? 1 : 2;
}
