/** The files beside the weights that a merged model takes over: configuration, generation settings, tokenizer, chat template. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recipeError } from "../recipe/document.js";
import type { Recipe } from "../recipe/recipe.js";
import { layerOf } from "./plan/layers.js";
import { type OpenModel, readJson } from "./plan/openModel.js";
import type { MergedTensor } from "./plan/planTensors.js";

/** Files that are copied byte for byte from the model that lends its tokenizer. */
const COPIED = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "vocab.txt",
  "tokenizer.model",
  "chat_template.jinja",
  "chat_template.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
];

const TORCH_NAMES: Readonly<Record<string, string>> = {
  BF16: "bfloat16",
  F16: "float16",
  F32: "float32",
  F64: "float64",
};

/** Base name and contents of a file of the result. */
export type CarriedFile = readonly [name: string, content: Uint8Array];

function json(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`, "utf8");
}

/** The configuration of the result: the donor's, with the number format and the layers that were written. */
function configOf(
  recipe: Recipe,
  config: Readonly<Record<string, unknown>>,
  tensors: readonly MergedTensor[],
): Record<string, unknown> {
  const out: Record<string, unknown> = { ...config };
  const dtypes = new Set(
    tensors.filter(({ copied }) => !copied).map(({ dtype }) => dtype),
  );
  const [dtype] = dtypes;
  // transformers 5 writes `dtype`, earlier versions `torch_dtype`.
  const key = Object.hasOwn(config, "dtype") ? "dtype" : "torch_dtype";
  if (dtypes.size === 1) out[key] = TORCH_NAMES[dtype!];
  if (recipe.slices[0]!.sources[0]!.layers === null) return out;
  const sources = new Map<number, number>();
  for (const { name, anchor, experts } of tensors) {
    const layer = layerOf(name)?.layer;
    const from = layerOf((anchor ?? experts[0]!).name)?.layer;
    if (layer !== undefined && from !== undefined) sources.set(layer, from);
  }
  out["num_hidden_layers"] = sources.size;
  const types = config["layer_types"];
  if (Array.isArray(types)) {
    out["layer_types"] = [...sources]
      .sort(([a], [b]) => a - b)
      .map(([, from]) => types[from] as unknown);
  }
  return out;
}

/** The tokenizer's settings with another chat template. */
function templated(
  files: Map<string, Uint8Array>,
  template: string,
  recipe: Recipe,
  { folder, ref }: OpenModel,
): void {
  if (!files.has("tokenizer.json") && !files.has("tokenizer_config.json")) {
    throw recipeError(
      recipe,
      ref.place,
      `chat_template must have a tokenizer to belong to, got none in ${JSON.stringify(ref.name)}`,
    );
  }
  const settings = readJson(folder!, "tokenizer_config.json") ?? {};
  files.set(
    "tokenizer_config.json",
    json({ ...settings, chat_template: template }),
  );
  // One of the two places that loaders look at; the other must not contradict it.
  files.delete("chat_template.json");
  files.set("chat_template.jinja", Buffer.from(template, "utf8"));
}

/**
 * The files that the result carries.
 *
 * @param donor  the model of `tokenizer_source`, or the base
 * @throws RecipeError a chat template is given but there is no tokenizer
 */
export function carriedFiles(
  recipe: Recipe,
  donor: OpenModel,
  tensors: readonly MergedTensor[],
): CarriedFile[] {
  const { folder, config } = donor;
  const files = new Map<string, Uint8Array>();
  if (folder !== null && config !== null) {
    files.set("config.json", json(configOf(recipe, config, tensors)));
  }
  for (const name of COPIED) {
    const path = folder === null ? null : join(folder, name);
    if (path !== null && existsSync(path)) files.set(name, readFileSync(path));
  }
  if (recipe.chatTemplate !== null) {
    templated(files, recipe.chatTemplate, recipe, donor);
  }
  return [...files];
}
