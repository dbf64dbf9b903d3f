/** What merging accepts: typed options for each method, parameters of one kind, recipes as they are read. */
import { merge, type checkpoint, type evaluate } from "../../src/index.js";
import {
  DIALECTS,
  method,
  parseRecipe,
  readRecipe,
  ties,
  type Dialect,
  type MergeMethodName,
  type Recipe,
  type TiesOptions,
} from "../../src/merge/index.js";

declare const base: checkpoint.Params;
declare const math: checkpoint.Params;
declare const score: evaluate.Evaluation;

// Options are those of the method, by name and by type.
const options: TiesOptions = { density: 0.2, lambda: 0.5 };
export const merged: checkpoint.Params = ties(base, [math], options);
merge.dareTies(base, [math], { dareDensity: 0.5, seed: 1 });
merge.slerp(base, [math], { t: 0.5 });
// @ts-expect-error a density is a number
ties(base, [math], { density: "half" });
// @ts-expect-error TIES has no interpolation point
ties(base, [math], { t: 0.5 });
// @ts-expect-error experts are a list
ties(base, math);
// @ts-expect-error a score is not a model
ties(base, [score]);
// @ts-expect-error a dialect is one of three
ties(base, [math], { dialect: "torch" });
// @ts-expect-error the seed is a number
merge.dareTies(base, [math], { dareDensity: 0.5, seed: "one" });

// The table of methods and the closed sets of names.
export const row: merge.MergeMethod = method("ties");
export const known: MergeMethodName = "arceeFusion";
export const dialects: readonly Dialect[] = DIALECTS;
// @ts-expect-error no method has this name
export const unknown: MergeMethodName = "tie";

// Recipes.
export const recipe: Recipe = readRecipe("recipe.yml");
void merge.mergeCheckpoints(recipe, "merged", { threads: 2 });
// @ts-expect-error a text is not yet a recipe
void merge.mergeCheckpoints("recipe.yml", "merged");
// @ts-expect-error threads are counted
void merge.mergeCheckpoints(parseRecipe(""), "merged", { threads: "2" });
// @ts-expect-error a seed was read as a number
export const seed: string = recipe.seed;
// @ts-expect-error a recipe that was read is not written to
recipe.slices.push();
