/** From a recipe and the headers of its models to one job per tensor: where each input lies, and the method's options for it. */
import type { StoredTensor } from "../../../checkpoint/index.js";
import { methods } from "../../methods/table.js";
import { recipeError as at } from "../../recipe/document.js";
import type { Recipe } from "../../recipe/recipe.js";
import type { MergeMethod, TensorOptions } from "../../tensor.js";
import { FLOATS, widest } from "./precision.js";
import type { OpenModel } from "./openModel.js";
import { checkFilters, resolveOptions } from "./options.js";
import { type Origin, originsOf } from "./origins.js";

/** A tensor of one model. */
export interface Piece {
  /** Index into the plan's models. */
  model: number;
  name: string;
}

/** One tensor of the result. */
export interface MergedTensor {
  name: string;
  shape: readonly number[];
  elements: number;
  /** Format in which it is stored. */
  dtype: string;
  /** Copied byte for byte, since it is not a float and equal in all models. */
  copied: boolean;
  /** Base of the method; null where it takes none. */
  base: Piece | null;
  experts: readonly Piece[];
  ids: readonly string[];
  options: TensorOptions;
  /** What the change is measured from; the base, whether or not the method uses it. */
  anchor: Piece | null;
}

/**
 * All tensors of the result, in the order of the first model.
 *
 * @param models  open models: those of the recipe in the order of `modelRefs`
 * @throws RecipeError models do not fit together, or an option lacks a value or a filter a tensor
 */
export function planTensors(
  recipe: Recipe,
  models: readonly OpenModel[],
): MergedTensor[] {
  const indexOf = new Map(models.map(({ ref }, i) => [ref.path, i]));
  const origins = originsOf(recipe, models, indexOf);
  checkFilters(recipe, origins);
  const method = methods[recipe.method]!;
  return origins.map((origin) =>
    planTensor(recipe, method, models, indexOf, origin),
  );
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

function planTensor(
  recipe: Recipe,
  method: MergeMethod,
  models: readonly OpenModel[],
  indexOf: ReadonlyMap<string, number>,
  origin: Origin,
): MergedTensor {
  const { slice, inputs, name } = origin;
  const pieces = slice.sources.map(({ model }, i) => ({
    model: indexOf.get(model.path)!,
    name: inputs[i]!,
  }));
  const anchor =
    recipe.base === null
      ? null
      : { model: indexOf.get(recipe.base.path)!, name: origin.base };
  const unused = method.models.base === "unused";
  const chosen = slice.sources.flatMap((source, i) =>
    unused || source.model.path !== recipe.base?.path ? [i] : [],
  );
  const experts = chosen.map((i) => pieces[i]!);
  const base = unused ? null : anchor;
  const first = anchor ?? pieces[0]!;
  const { shape } = need(recipe, models, first);
  for (const piece of pieces) {
    const other = need(recipe, models, piece);
    if (
      other.shape.length !== shape.length ||
      other.shape.some((dim, axis) => dim !== shape[axis])
    ) {
      const { ref } = models[piece.model]!;
      throw at(
        recipe,
        ref.place,
        `tensor "${piece.name}" must have shape ${shapeText(shape)} as in ${JSON.stringify(models[first.model]!.ref.name)}, got ${shapeText(other.shape)} in ${JSON.stringify(ref.name)}`,
      );
    }
  }
  const all = [first, ...experts];
  const { dtype, copied } = outputDtype(recipe, models, name, all);
  return {
    name,
    shape,
    elements: shape.reduce((a, b) => a * b, 1),
    dtype,
    copied,
    base,
    experts,
    // Positions, not paths: moving a folder must not change the result, and merging in memory gives the same.
    ids: chosen.map((_, position) => `${position}`),
    options: copied ? {} : resolveOptions(recipe, method, origin, chosen),
    anchor,
  };
}

function need(
  recipe: Recipe,
  models: readonly OpenModel[],
  { model, name }: Piece,
): StoredTensor {
  const { tensors, ref } = models[model]!;
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw at(
    recipe,
    ref.place,
    `tensor "${name}" must be in every model, got none in ${JSON.stringify(ref.name)}`,
  );
}

/** The stored format of a result: what the recipe says, or the base's, or without a base the widest of the experts'. */
function outputDtype(
  recipe: Recipe,
  models: readonly OpenModel[],
  name: string,
  pieces: readonly Piece[],
): { dtype: string; copied: boolean } {
  const dtypes = pieces.map((piece) => need(recipe, models, piece).dtype);
  const whole = dtypes.filter((dtype) => !FLOATS.includes(dtype));
  if (whole.length > 0) {
    const odd = dtypes.find((dtype) => dtype !== dtypes[0]);
    if (odd === undefined) return { dtype: dtypes[0]!, copied: true };
    throw at(
      recipe,
      models[pieces[0]!.model]!.ref.place,
      `tensor "${name}" must have one dtype in all models since it is not a float everywhere, got ${dtypes[0]} and ${odd}`,
    );
  }
  const given = recipe.outDtype ?? recipe.dtype;
  if (given !== null) return { dtype: given, copied: false };
  if (recipe.base !== null) return { dtype: dtypes[0]!, copied: false };
  return { dtype: widest(dtypes), copied: false };
}
