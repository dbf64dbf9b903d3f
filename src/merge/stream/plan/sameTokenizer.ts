/** Whether models may be merged by the tokens they speak: every vocabulary file that two of them have must give the same numbers. */
import { join } from "node:path";
import { companionFiles, isVocabulary } from "../../../checkpoint/index.js";
import {
  BUDGETS,
  canonicalJson,
  type Failure,
  parseJson,
  readBytes,
} from "../../../io/index.js";
import { recipeError } from "../../recipe/document.js";
import type { OpenModel } from "./openModel.js";

interface TokenizerJson {
  model?: { vocab?: unknown; merges?: unknown };
  added_tokens?: { id?: number; content?: string }[];
  normalizer?: unknown;
  pre_tokenizer?: unknown;
}

/** What gives numbers to text in a tokenizer.json: vocabulary, merges in either spelling, added tokens. */
function numbers(json: TokenizerJson): string {
  const { model, added_tokens: added = [] } = json;
  const merges = Array.isArray(model?.merges)
    ? model.merges.map((merge: unknown) =>
        Array.isArray(merge) ? merge.join(" ") : merge,
      )
    : null;
  const tokens = added.map(({ id, content }) => [id, content]);
  return canonicalJson([model?.vocab, merges, tokens]);
}

/** How text is cut and changed before; the same rule has several spellings, so that other words need not mean other tokens. */
function cutting({ normalizer, pre_tokenizer: cut }: TokenizerJson): string {
  return canonicalJson([normalizer ?? null, cut ?? null]);
}

/** The lines of a text file that count: without line ends, empty lines and the version line of merges.txt. */
function lines(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#version"))
    .join("\n");
}

interface Comparison {
  same: boolean;
  warning: string | null;
}

/** Compare two vocabulary files of one name. */
function compare(name: string, a: Buffer, b: Buffer): Comparison {
  if (a.equals(b)) return { same: true, warning: null };
  const [left, right] = [a.toString("utf8"), b.toString("utf8")];
  if (name === "tokenizer.json") {
    const [one, other] = [left, right].map(
      (text) => JSON.parse(text) as TokenizerJson,
    );
    const same = numbers(one!) === numbers(other!);
    const warning =
      same && cutting(one!) !== cutting(other!)
        ? "normalizer or pre_tokenizer of tokenizer.json is written in another way; check that both cut text alike"
        : null;
    return { same, warning };
  }
  if (name.endsWith(".json")) {
    const same =
      canonicalJson(JSON.parse(left)) === canonicalJson(JSON.parse(right));
    return { same, warning: null };
  }
  const isText = name.endsWith(".txt") || name.endsWith(".tiktoken");
  return { same: isText && lines(left) === lines(right), warning: null };
}

/** The bytes of a vocabulary file, which hold JSON where its name says so. */
function readVocabulary(path: string, wrong: Failure): Buffer {
  const bytes = readBytes(path, BUDGETS.tokenizer, wrong);
  if (path.endsWith(".json"))
    parseJson(bytes.toString("utf8"), path, BUDGETS.tokenizer, wrong);
  return bytes;
}

/** Vocabulary files of a model by name. `added_tokens.json` alone says nothing. */
function vocabularies({ folder }: OpenModel): string[] {
  const names =
    folder === null ? [] : companionFiles(folder).filter(isVocabulary);
  return names.some((name) => name !== "added_tokens.json") ? names : [];
}

/**
 * Check that every model has the tokenizer of `donor`: each vocabulary file that both have must mean the same. A model without any is
 * taken at its word.
 *
 * @returns what could not be compared, one line each
 * @throws RecipeError a vocabulary, its merges or its added tokens differ, or a file is broken
 */
export function checkTokenizers(
  models: readonly OpenModel[],
  donor: OpenModel,
  recipe: { file: string },
): string[] {
  const warnings: string[] = [];
  const own = vocabularies(donor);
  if (own.length === 0) return warnings;
  for (const model of models) {
    if (model === donor) continue;
    const others = vocabularies(model);
    const { ref, folder } = model;
    const pair = `${JSON.stringify(ref.name)} and ${JSON.stringify(donor.ref.name)}`;
    const common = others.filter((name) => own.includes(name));
    // Where both have the whole tokenizer in one file, that one is read by everybody; the others may be left over.
    for (const name of common) {
      const read = (path: string): Buffer =>
        readVocabulary(path, (text) => recipeError(recipe, ref.place, text));
      const found = compare(
        name,
        read(join(donor.folder!, name)),
        read(join(folder!, name)),
      );
      if (found.warning !== null)
        warnings.push(`tokenizers of ${pair}: ${found.warning}`);
      if (found.same) continue;
      throw recipeError(
        recipe,
        ref.place,
        `tokenizer of ${JSON.stringify(ref.name)} must be that of ${JSON.stringify(donor.ref.name)}, got another vocabulary in ${name}; tokenizers are not merged`,
      );
    }
    const compared = common.some((name) => name !== "added_tokens.json");
    if (others.length > 0 && !compared)
      warnings.push(
        `tokenizers of ${pair} cannot be compared, since one has ${others.join(", ")} and the other ${own.join(", ")}; check that they are the same`,
      );
  }
  return warnings;
}
