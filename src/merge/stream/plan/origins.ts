/** Where each tensor of a result comes from: the same name in every model, or layers put together from slices. */
import { nearest } from "../../../nearest.js";
import type {
  ModelRef,
  Recipe,
  RecipeSlice,
  RecipeSource,
} from "../../recipe/recipe.js";
import { recipeError as at } from "../../recipe/document.js";
import { depth, layerOf } from "./layers.js";
import type { OpenModel } from "./openModel.js";

/** Where one output tensor comes from, before its options are known. */
export interface Origin {
  name: string;
  slice: RecipeSlice;
  /** Name in each source of the slice, in their order. */
  inputs: readonly string[];
  /** Name in the base. */
  base: string;
  t: number;
}

/**
 * Origins of all tensors of the result, in the order of the first model.
 *
 * @throws RecipeError models have other tensors, or layers that are not there
 */
export function originsOf(
  recipe: Recipe,
  models: readonly OpenModel[],
  indexOf: ReadonlyMap<string, number>,
): Origin[] {
  const whole = recipe.slices[0]!.sources[0]!.layers === null;
  return whole
    ? wholeOrigins(recipe, models, indexOf)
    : slicedOrigins(recipe, models, indexOf);
}

/** The models of a recipe, each once: the base first. */
export function modelRefs({ base, slices }: Recipe): ModelRef[] {
  const all = slices.flatMap(({ sources }) =>
    sources.map(({ model }) => model),
  );
  const byPath = new Map(
    [...(base === null ? [] : [base]), ...all].map((ref) => [ref.path, ref]),
  );
  return [...byPath.values()];
}

/** Every model as a whole: the same names in all of them. */
function wholeOrigins(
  recipe: Recipe,
  models: readonly OpenModel[],
  indexOf: ReadonlyMap<string, number>,
): Origin[] {
  const slice = recipe.slices[0]!;
  const first =
    recipe.base === null
      ? models[indexOf.get(slice.sources[0]!.model.path)!]!
      : models[indexOf.get(recipe.base.path)!]!;
  const names = [...first.tensors.keys()];
  for (const { tensors, ref } of models) {
    for (const name of tensors.keys()) {
      if (first.tensors.has(name)) continue;
      const close = nearest(name, names);
      const help = close === null ? "" : `; near it is "${close}"`;
      throw at(
        recipe,
        ref.place,
        `tensors of ${JSON.stringify(ref.name)} must be those of ${JSON.stringify(first.ref.name)}, got an extra one, "${name}"${help}`,
      );
    }
  }
  return names.map((name) => {
    const found = layerOf(name);
    return {
      name,
      slice,
      inputs: slice.sources.map(() => name),
      base: name,
      t:
        found === null ? 0 : depth(found.layer, first.layers.get(found.stack)!),
    };
  });
}

/** The only stack of layers of a model, and how many it has. */
function onlyStack(recipe: Recipe, { layers, ref }: OpenModel): string {
  if (layers.size === 1) return [...layers.keys()][0]!;
  throw at(
    recipe,
    ref.place,
    `slices must be of models with one stack of layers, got ${layers.size === 0 ? "none" : [...layers.keys()].join(", ")} in ${JSON.stringify(ref.name)}`,
  );
}

/** Layers that the base has for a slice: those listed for it, or those of the sources when they agree. */
function baseLayers(
  recipe: Recipe,
  { sources, place }: RecipeSlice,
): readonly [number, number] {
  const listed = sources.find(({ model }) => model.path === recipe.base?.path);
  const [first] = sources;
  if (listed !== undefined) return listed.layers!;
  if (
    recipe.base !== null &&
    sources.some(({ layers }) => layers![0] !== first!.layers![0])
  ) {
    throw at(
      recipe,
      place,
      "sources must list base_model with its layer_range where the ranges of the others differ, got none",
    );
  }
  return first!.layers!;
}

/** Layers of several models, one slice after the other; what lies before and behind the layers comes from the outer slices. */
function slicedOrigins(
  recipe: Recipe,
  models: readonly OpenModel[],
  indexOf: ReadonlyMap<string, number>,
): Origin[] {
  const modelOf = ({ model }: RecipeSource): OpenModel =>
    models[indexOf.get(model.path)!]!;
  const stack = onlyStack(recipe, models[0]!);
  for (const model of models) {
    if (onlyStack(recipe, model) !== stack) {
      throw at(
        recipe,
        model.ref.place,
        `layers of ${JSON.stringify(model.ref.name)} must be named ${stack}0 as in the other models, got ${onlyStack(recipe, model)}0`,
      );
    }
  }
  const layered: Origin[] = [];
  let offset = 0;
  for (const slice of recipe.slices) {
    const ranges = slice.sources.map((source) => {
      const count = modelOf(source).layers.get(stack)!;
      if (source.layers![1] > count) {
        throw at(
          recipe,
          source.place,
          `layer_range must end by layer ${count} of ${JSON.stringify(source.model.name)}, got ${source.layers![1]}`,
        );
      }
      return source.layers!;
    });
    const [baseBegin] = baseLayers(recipe, slice);
    const first = modelOf(slice.sources[0]!);
    const [begin, end] = ranges[0]!;
    for (let i = 0; i < end - begin; i++) {
      for (const name of first.tensors.keys()) {
        const found = layerOf(name);
        if (found === null || found.layer !== begin + i) continue;
        const named = (layer: number): string =>
          `${stack}${layer}${found.rest}`;
        layered.push({
          name: named(offset + i),
          slice,
          inputs: ranges.map(([own]) => named(own + i)),
          base: named(baseBegin + i),
          t: depth(i, end - begin),
        });
      }
    }
    offset += end - begin;
  }
  const outer = [...modelOf(recipe.slices[0]!.sources[0]!).tensors.keys()]
    .filter((name) => layerOf(name) === null)
    .map((name): Origin => {
      const slice = recipe.slices.at(/embed/.test(name) ? 0 : -1)!;
      const inputs = slice.sources.map(() => name);
      return { name, slice, inputs, base: name, t: 0 };
    });
  return [...outer, ...layered];
}
