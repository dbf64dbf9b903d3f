/** Which layers of a model attend only to the last tokens, from the keys by which configurations say it. */
import type { ModelType } from "./modelTypes.js";

type Json = Readonly<Record<string, unknown>>;

/** Keys of config.json that `windowsOf` reads. */
export const WINDOW_KEYS: readonly string[] = [
  "sliding_window",
  "use_sliding_window",
  "max_window_layers",
  "layer_types",
  "sliding_window_pattern",
];

/**
 * Window of each layer in tokens, null where a layer attends to all tokens.
 *
 * @param config  a configuration of that type, with its defaults filled in
 * @example
 * windowsOf({ num_hidden_layers: 2, sliding_window: 64 }, "all") // [64, 64]
 */
export function windowsOf(
  config: Json,
  rule: ModelType["window"],
): (number | null)[] {
  const count = Number(config["num_hidden_layers"]);
  const size = config["sliding_window"];
  const layers = Array.from(
    { length: Number.isSafeInteger(count) && count <= 10_000 ? count : 0 },
    (_, layer) => layer,
  );
  const off =
    rule === "never" ||
    typeof size !== "number" ||
    (rule === "flag" && config["use_sliding_window"] !== true);
  if (off) return layers.map(() => null);
  const types = config["layer_types"];
  const inWindow = (layer: number): boolean => {
    if (Array.isArray(types)) return types[layer] === "sliding_attention";
    if (rule === "all") return true;
    if (rule === "flag") return layer >= Number(config["max_window_layers"]);
    const given =
      config["sliding_window_pattern"] ?? config["_sliding_window_pattern"];
    const every = typeof given === "number" ? given : Number(rule);
    return (layer + 1) % every !== 0;
  };
  return layers.map((layer) => (inWindow(layer) ? size : null));
}
