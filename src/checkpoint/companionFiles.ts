/** The files of a model folder that belong to its weights: tokenizer, chat template, generation settings, code; told by patterns, not by a list. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Vocabularies and rules of tokenizers: what gives numbers to text. */
const VOCABULARIES: readonly RegExp[] = [
  /^tokenizer\.json$/,
  /^[\w.-]*vocab[\w.-]*\.(?:json|txt)$/,
  /^merges[\w.-]*\.txt$/,
  /^[\w.-]+\.model(?:\.v\d+)?$/,
  /^[\w.-]+\.tiktoken$/,
  /^tekken\.json$/,
  /^added_tokens\.json$/,
];

const OTHERS: readonly RegExp[] = [
  /^generation_config\.json$/,
  /^(?:tokenizer|tokenization)[\w.-]*\.(?:json|txt)$/,
  /^special_tokens_map\.json$/,
  /^chat_template(?:\.jinja|\.json)$/,
  /^[\w.-]*processor_config\.json$/,
  /^[\w-]+\.py$/,
  /^(?:LICENSE|LICENCE|NOTICE|USE_POLICY)[\w.-]*$/i,
];

/**
 * Whether a file holds a vocabulary, or part of one.
 *
 * @example
 * isVocabulary("qwen.tiktoken") // true
 */
export function isVocabulary(name: string): boolean {
  return VOCABULARIES.some((pattern) => pattern.test(name));
}

/**
 * Whether a file of a model folder belongs to the model beside its weights and configuration: tokenizer, chat template, generation
 * and processor settings, code that `auto_map` names, licences. Weights, indexes, `config.json`, model cards, logs and states of
 * training are not among them.
 *
 * @example
 * isCompanion("tekken.json") // true
 */
export function isCompanion(name: string): boolean {
  return isVocabulary(name) || OTHERS.some((pattern) => pattern.test(name));
}

/**
 * Plain names of the companion files of a folder, sorted.
 *
 * @throws Error the folder is not readable
 */
export function companionFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(
      (name) =>
        isCompanion(name) &&
        statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ===
          true,
    )
    .sort();
}
