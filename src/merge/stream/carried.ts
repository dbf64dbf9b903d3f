/** The files beside the weights that a merged model takes over: configuration, generation settings, tokenizer, chat template, code. */
import { join } from "node:path";
import {
  checkConfiguration,
  companionFiles,
  readCompanion,
  withDtype,
  withLayers,
} from "../../checkpoint/index.js";
import { recipeError } from "../recipe/document.js";
import type { Recipe } from "../recipe/recipe.js";
import { layerOf } from "./plan/layers.js";
import { type OpenModel, readJson } from "./plan/openModel.js";
import type { MergedTensor } from "./plan/planTensors.js";

/** Base name and contents of a file of the result. */
export type CarriedFile = readonly [name: string, content: Uint8Array];

function json(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`, "utf8");
}

/** The dtype in which most entries are stored; null where all are copied. */
function mainDtype(tensors: readonly MergedTensor[]): string | null {
  const entries = new Map<string, number>();
  for (const { copied, dtype, elements } of tensors)
    if (!copied) entries.set(dtype, (entries.get(dtype) ?? 0) + elements);
  const [first] = [...entries].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? null;
}

/** For each layer of the result the layer of the donor's kind that it was taken from, in order. */
function layerSources(tensors: readonly MergedTensor[]): number[] {
  const sources = new Map<number, number>();
  for (const { name, anchor, experts } of tensors) {
    const layer = layerOf(name)?.layer;
    const from = layerOf((anchor ?? experts[0]!).name)?.layer;
    if (layer !== undefined && from !== undefined) sources.set(layer, from);
  }
  return [...sources].sort(([a], [b]) => a - b).map(([, from]) => from);
}

/** The configuration of the result: the donor's, with the number format and the layers that were written. */
function configOf(
  recipe: Recipe,
  { config, extraLayers, layers, ref }: OpenModel,
  tensors: readonly MergedTensor[],
): Record<string, unknown> {
  const dtype = mainDtype(tensors);
  const typed = dtype === null ? { ...config } : withDtype(config!, dtype);
  if (recipe.slices[0]!.sources[0]!.layers === null) return typed;
  const sources = layerSources(tensors);
  if (extraLayers === 0) return withLayers(typed, sources);
  // Layers that predict further tokens stand behind the others and are not counted with them.
  const [total] = layers.values();
  const isExtra = (from: number): boolean => from >= total! - extraLayers;
  const kept = sources.filter((from) => !isExtra(from));
  const extra = sources.length - kept.length;
  if (sources.slice(kept.length).every(isExtra)) {
    return {
      ...withLayers(typed, kept),
      num_nextn_predict_layers: extra,
    };
  }
  throw recipeError(
    recipe,
    ref.place,
    `layers that predict further tokens (the last ${extraLayers} of ${JSON.stringify(ref.name)}) must come last, got others behind them`,
  );
}

/**
 * Check that a configuration describes the tensors that are written.
 *
 * @throws RecipeError a size is another one
 */
function checkSizes(
  recipe: Recipe,
  { ref }: OpenModel,
  config: Readonly<Record<string, unknown>>,
  tensors: readonly MergedTensor[],
): void {
  const [wrong] = checkConfiguration(config, tensors);
  if (wrong === undefined) return;
  throw recipeError(
    recipe,
    ref.place,
    `config.json of ${JSON.stringify(ref.name)} must describe the result, got ${wrong.key} ${wrong.said} where tensor "${wrong.tensor}" has ${wrong.found}`,
  );
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
 * @throws RecipeError its configuration does not describe the result, a file of it is a link out of the model, or a chat template is given but there is no tokenizer
 */
export function carriedFiles(
  recipe: Recipe,
  donor: OpenModel,
  tensors: readonly MergedTensor[],
): CarriedFile[] {
  const { folder } = donor;
  const files = new Map<string, Uint8Array>();
  if (donor.config !== null) {
    const config = configOf(recipe, donor, tensors);
    checkSizes(recipe, donor, config, tensors);
    files.set("config.json", json(config));
  }
  const names = folder === null ? [] : companionFiles(folder);
  const wrong = (text: string): Error =>
    recipeError(recipe, donor.ref.place, text);
  for (const name of names)
    files.set(name, readCompanion(join(folder!, name), wrong));
  if (recipe.chatTemplate !== null) {
    templated(files, recipe.chatTemplate, recipe, donor);
  }
  return [...files];
}
