/** Whether models may be merged although their weights have the same shapes: whether their configurations mean the same. */
import { compareConfigurations } from "../../../checkpoint/index.js";
import { recipeError } from "../../recipe/document.js";
import type { OpenModel } from "./openModel.js";

/**
 * Check what the configurations of models mean against the first that has one.
 *
 * @param sliced  whether the recipe takes layers apart, so that their numbers may differ
 * @throws RecipeError a value that changes what the weights compute differs, or is not known
 */
export function checkConfigs(
  models: readonly OpenModel[],
  recipe: { file: string },
  sliced: boolean,
): void {
  const first = models.find(({ config }) => config !== null);
  if (first === undefined) return;
  for (const { config, ref } of models) {
    if (config === null || config === first.config) continue;
    const [difference] = compareConfigurations(first.config!, config, {
      sliced,
    });
    if (difference === undefined) continue;
    const { key, first: wanted, second: got, unknown } = difference;
    throw recipeError(
      recipe,
      ref.place,
      `${key} of ${JSON.stringify(ref.name)} must be ${wanted} as in ${JSON.stringify(first.ref.name)}, got ${got} in config.json${unknown === "" ? "" : `; ${unknown}`}`,
    );
  }
}
