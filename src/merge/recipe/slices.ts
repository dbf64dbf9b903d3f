/** The models of a recipe: `models`, or `slices` with layer ranges, checked against what the method takes. */
import { isScalar, isSeq, type Node } from "yaml";
import { resolveModel } from "../../checkpoint/index.js";
import { RecipeError } from "../../error.js";
import { optionsOf } from "../options.js";
import type { Dialect, MergeMethod } from "../tensor.js";
import {
  type Entry,
  type RecipeDocument,
  recipeError,
  show,
} from "./document.js";
import type {
  ModelRef,
  Place,
  RecipeSlice,
  RecipeSource,
  Settings,
} from "./recipe.js";
import { readSettings, recipeName } from "./settings.js";

/** A recipe being read: the document, and what all its parts need to know. */
export interface Reading {
  document: RecipeDocument;
  folder: string;
  method: MergeMethod;
  dialect: Dialect;
}

/** A model by the path that the recipe writes. */
export function readModel(
  { document, folder }: Reading,
  node: Node | null,
  path: string,
): ModelRef {
  const name = document.text(node, path);
  return {
    name,
    path: resolveModel(folder, name),
    place: document.place(node),
  };
}

/** What a recipe merges: its `slices`, or its `models` as one slice of all layers. */
export function readSlices(
  reading: Reading,
  top: ReadonlyMap<string, Entry>,
  base: ModelRef | null,
  settings: Settings,
): RecipeSlice[] {
  const { document } = reading;
  const models = top.get("models");
  const slices = top.get("slices");
  if ((models === undefined) === (slices === undefined)) {
    throw document.error(
      slices?.key ?? document.root,
      `recipe must have either models or slices, got ${models === undefined ? "neither" : "both"}`,
    );
  }
  const read =
    models !== undefined
      ? [readWhole(reading, models.value)]
      : document
          .items(slices!.value, "slices")
          .map((item, i) => readSlice(reading, item, `slices[${i}]`));
  return read.map((slice) => finishSlice(reading, slice, base, settings));
}

function readWhole(reading: Reading, node: Node | null): RecipeSlice {
  const { document } = reading;
  const sources = document
    .items(node, "models")
    .map((item, i) => readSource(reading, item, `models[${i}]`, false));
  return { sources, settings: new Map(), place: document.place(node) };
}

function readSlice(reading: Reading, node: Node, path: string): RecipeSlice {
  const { document, method, dialect } = reading;
  const entries = document.entries(node, path, ["sources", "parameters"], {
    base_model: "give base_model once, for the whole recipe",
  });
  const sources = document
    .items(entries.get("sources")?.value ?? null, `${path}.sources`)
    .map((item, i) => readSource(reading, item, `${path}.sources[${i}]`, true));
  const [first] = sources;
  const length = ([begin, end]: readonly [number, number]): number =>
    end - begin;
  for (const { layers, model } of sources) {
    if (length(layers!) !== length(first!.layers!)) {
      throw document.error(
        node,
        `sources of ${path} must have equally many layers, got ${length(first!.layers!)} of ${first!.model.name} and ${length(layers!)} of ${model.name}`,
      );
    }
  }
  return {
    sources,
    settings: readSettings(
      document,
      entries.get("parameters")?.value ?? null,
      `${path}.parameters`,
      method,
      dialect,
      false,
    ),
    place: document.place(node),
  };
}

function readSource(
  reading: Reading,
  node: Node,
  path: string,
  sliced: boolean,
): RecipeSource {
  const { document, method, dialect } = reading;
  const known = sliced
    ? ["model", "layer_range", "parameters"]
    : ["model", "parameters"];
  const entries = document.entries(node, path, known);
  const model = entries.get("model");
  if (model === undefined) {
    throw document.error(node, `${path} must have a model, got none`);
  }
  const range = entries.get("layer_range")?.value ?? null;
  return {
    model: readModel(reading, model.value, `${path}.model`),
    layers: sliced
      ? readLayers(document, range ?? node, `${path}.layer_range`)
      : null,
    settings: readSettings(
      document,
      entries.get("parameters")?.value ?? null,
      `${path}.parameters`,
      method,
      dialect,
      true,
    ),
    place: document.place(node),
  };
}

function readLayers(
  document: RecipeDocument,
  node: Node,
  path: string,
): [number, number] {
  const items = isSeq(node) ? document.items(node, path) : [];
  const [begin, end] = items.map((item) =>
    isScalar(item) ? item.value : undefined,
  );
  if (
    items.length !== 2 ||
    !Number.isSafeInteger(begin) ||
    !Number.isSafeInteger(end) ||
    (begin as number) < 0 ||
    (end as number) <= (begin as number)
  ) {
    throw document.error(
      node,
      `${path} must be two layers [first, end), 0 ≤ first < end, got ${isSeq(node) ? JSON.stringify(node.toJSON()) : show(node)}`,
    );
  }
  return [begin as number, end as number];
}

/** Check one slice against the method, and give it what mergekit adds by itself. */
function finishSlice(
  { document, method, dialect }: Reading,
  slice: RecipeSlice,
  base: ModelRef | null,
  settings: Settings,
): RecipeSlice {
  const at = (place: Place, text: string): RecipeError =>
    recipeError(document, place, text);
  const paths = slice.sources.map(({ model }) => model.path);
  let { sources } = slice;
  const { min, max } = method.models;
  if (
    base !== null &&
    method.models.base === "unused" &&
    dialect === "mergekit" &&
    !paths.includes(base.path)
  ) {
    // As mergekit does; under other dialects such a base lends only its configuration and tokenizer.
    const { layers } = sources[0]!;
    const { place } = base;
    sources = [...sources, { model: base, layers, settings: new Map(), place }];
  }
  const experts = sources.filter(
    ({ model }) => method.models.base === "unused" || model.path !== base?.path,
  );
  if (experts.length < min || experts.length > max) {
    const count =
      min === max
        ? `${min}`
        : max === Infinity
          ? `at least ${min}`
          : `${min} to ${max}`;
    const besides = method.models.base === "unused" ? "" : " besides the base";
    throw at(
      slice.place,
      `${method.name} must have ${count} ${max === 1 ? "model" : "models"}${besides}, got ${experts.length}`,
    );
  }
  for (const [name, spec] of Object.entries(optionsOf(method, dialect))) {
    if (spec.default !== undefined) continue;
    const shown = recipeName([name, spec]);
    if (slice.settings.has(name) || settings.has(name)) continue;
    if (spec.perModel !== true) {
      throw at(
        slice.place,
        `${shown} must be given for ${method.name}, got none under parameters`,
      );
    }
    for (const { settings: own, model, place } of experts) {
      if (!own.has(name)) {
        throw at(
          place,
          `${shown} must be given for ${method.name}, got none for ${JSON.stringify(model.name)}`,
        );
      }
    }
  }
  return { ...slice, sources };
}
