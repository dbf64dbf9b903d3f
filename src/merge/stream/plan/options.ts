/** The value of every option of a method for every tensor, from the settings of a recipe. */
import { nearest } from "../../../nearest.js";
import { recipeError as at } from "../../recipe/document.js";
import { optionsOf } from "../../options.js";
import type { Recipe, Setting, Settings } from "../../recipe/recipe.js";
import { isConditions, recipeName, settingAt } from "../../recipe/settings.js";
import type { MergeMethod, OptionValue, TensorOptions } from "../../tensor.js";
import type { Origin } from "./origins.js";

/**
 * Check that every filter is part of some name.
 *
 * @throws RecipeError one is not: it is mistyped, and its value would go nowhere
 */
export function checkFilters(recipe: Recipe, origins: readonly Origin[]): void {
  const check = (settings: Settings, names: readonly string[]): void => {
    for (const [option, { value }] of settings) {
      if (!isConditions(value)) continue;
      for (const { filter, place } of value) {
        if (filter === null || names.some((name) => name.includes(filter)))
          continue;
        const parts = new Set(names.flatMap((name) => name.split(".")));
        const close = nearest(filter, [...parts]);
        const help = close === null ? "" : `; did you mean "${close}"?`;
        throw at(
          recipe,
          place,
          `filter of ${option} must be part of a tensor's name, got ${JSON.stringify(filter)}, which is in none${help}`,
        );
      }
    }
  };
  check(
    recipe.settings,
    origins.map(({ name }) => name),
  );
  for (const slice of recipe.slices) {
    const own = origins.filter((origin) => origin.slice === slice);
    check(
      slice.settings,
      own.map(({ name }) => name),
    );
    slice.sources.forEach(({ settings }, i) =>
      check(
        settings,
        own.map(({ inputs }) => inputs[i]!),
      ),
    );
  }
}

/** The value of every option for one tensor; a setting of a model goes before that of a slice, and that before the recipe's. */
export function resolveOptions(
  recipe: Recipe,
  method: MergeMethod,
  { name, slice, inputs, t }: Origin,
  chosen: readonly number[],
): TensorOptions {
  const options: Record<string, OptionValue> = {};
  const known = Object.entries(optionsOf(method, recipe.dialect));
  for (const [option, spec] of known) {
    const { default: preset, perModel } = spec;
    const valueFor = (
      levels: readonly [Setting | undefined, string][],
    ): number | boolean => {
      for (const [setting, tensor] of levels) {
        const value =
          setting === undefined ? null : settingAt(setting, tensor, t);
        if (value !== null) return value;
      }
      if (preset !== undefined) return preset as number | boolean;
      const place = levels.find(([setting]) => setting !== undefined)?.[0]
        ?.place;
      throw at(
        recipe,
        place ?? slice.place,
        `${recipeName([option, spec])} must be given for tensor "${name}", got none; no filter is part of that name`,
      );
    };
    const shared: [Setting | undefined, string][] = [
      [slice.settings.get(option), name],
      [recipe.settings.get(option), name],
    ];
    options[option] =
      perModel === true
        ? chosen.map((i) => {
            const own = slice.sources[i]!.settings.get(option);
            return Number(valueFor([[own, inputs[i]!], ...shared]));
          })
        : valueFor(shared);
  }
  return options;
}
