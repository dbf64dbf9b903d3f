/** Whether models may be merged although their weights have the same shapes: what they compute and which tokens they speak. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recipeError } from "../../recipe/document.js";
import type { OpenModel } from "./openModel.js";

/** Entries of config.json that change what equal weights compute. */
const MEANING = [
  "model_type",
  "architectures",
  "hidden_size",
  "num_hidden_layers",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "hidden_act",
  "rms_norm_eps",
  "layer_norm_eps",
  "rope_theta",
  "rope_scaling",
  "rope_parameters",
  "attention_bias",
  "sliding_window",
  "use_sliding_window",
  "tie_word_embeddings",
  "num_experts",
  "num_experts_per_tok",
] as const;

/** JSON with sorted keys, to compare values by what they mean. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(
            Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)),
          )
        : inner,
    ) ?? "nothing"
  );
}

/**
 * Check the configurations of models against the first that has one.
 *
 * @param sliced  whether the recipe takes layers apart, so that their numbers may differ
 * @throws RecipeError an entry that changes what the weights mean differs
 */
export function checkConfigs(
  models: readonly OpenModel[],
  recipe: { file: string },
  sliced: boolean,
): void {
  const first = models.find(({ config }) => config !== null);
  if (first === undefined) return;
  for (const { config, ref } of models) {
    if (config === null) continue;
    for (const key of MEANING) {
      if (sliced && key === "num_hidden_layers") continue;
      const wanted = canonical(first.config![key]);
      const got = canonical(config[key]);
      if (got === wanted) continue;
      throw recipeError(
        recipe,
        ref.place,
        `${key} of ${JSON.stringify(ref.name)} must be ${wanted} as in ${JSON.stringify(first.ref.name)}, got ${got} in config.json`,
      );
    }
  }
}

interface TokenizerJson {
  model?: { vocab?: unknown; merges?: unknown };
  added_tokens?: { id?: number; content?: string }[];
}

/** What of a tokenizer gives numbers to text; bytes that differ otherwise (padding, templates) do no harm. */
function meaning(text: string): string {
  const { model, added_tokens: added = [] } = JSON.parse(text) as TokenizerJson;
  const tokens = added.map(({ id, content }) => [id, content]);
  return canonical([model?.vocab, model?.merges, tokens]);
}

/**
 * Check that every model has the tokenizer of `donor`; a model without one is taken at its word.
 *
 * @throws RecipeError a vocabulary, its merges or its added tokens differ
 */
export function checkTokenizers(
  models: readonly OpenModel[],
  donor: OpenModel,
  recipe: { file: string },
): void {
  const pathOf = ({ folder }: OpenModel): string | null => {
    const path = folder === null ? null : join(folder, "tokenizer.json");
    return path !== null && existsSync(path) ? path : null;
  };
  const path = pathOf(donor);
  if (path === null) return;
  const text = readFileSync(path, "utf8");
  for (const model of models) {
    const other = pathOf(model);
    if (other === null || other === path) continue;
    const otherText = readFileSync(other, "utf8");
    let same = text === otherText;
    try {
      same ||= meaning(text) === meaning(otherText);
    } catch (error) {
      throw recipeError(
        recipe,
        model.ref.place,
        `${other} must hold JSON, got ${(error as Error).message}`,
      );
    }
    if (same) continue;
    throw recipeError(
      recipe,
      model.ref.place,
      `tokenizer of ${JSON.stringify(model.ref.name)} must be that of ${JSON.stringify(donor.ref.name)}, got another vocabulary; tokenizers are not merged`,
    );
  }
}
