/** The files of a model folder that belong to its weights: tokenizer, chat template, generation settings, code; told by patterns, not by a list. */
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { BUDGETS, type Failure, readBytes } from "../io/index.js";

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
 */
function isCompanion(name: string): boolean {
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

/**
 * A companion file, to be copied. Where it is a link, its content must belong to the model: lie in the folder, or among the blobs of the
 * same model in the cache of the Hugging Face hub. What is made of a model is often given away, and nobody looks for a copy of another
 * file in it.
 *
 * @param path  the file in its folder
 * @throws the error of `failure`: it is a link out of the model, no regular file, or too large
 */
export function readCompanion(path: string, failure: Failure): Buffer {
  if (lstatSync(path).isSymbolicLink()) {
    const home = realpathSync(dirname(path));
    const target = realpathSync(path);
    const blobs = join(dirname(dirname(home)), "blobs");
    const inCache =
      basename(dirname(home)) === "snapshots" && dirname(target) === blobs;
    if (!target.startsWith(home + sep) && !inCache)
      throw failure(
        `${path} must be a file of the model to be copied, got a link to ${target}; put the file there if it belongs to the model`,
      );
  }
  return readBytes(path, BUDGETS.tokenizer, failure);
}
