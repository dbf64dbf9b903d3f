/** What a model is, as a hash: configuration, weights and tokenizer. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../error.js";
import { hashFile, hashText } from "../io/index.js";
import { isVocabulary } from "./companionFiles.js";

/** Whether a file of a model folder decides what the model answers. */
const isOfModel = (name: string): boolean =>
  name === "config.json" || name.endsWith(".safetensors") || isVocabulary(name);

/**
 * What a model is, in 32 hexadecimal digits: SHA-256 over the names and hashes of its configuration, its weights and its vocabularies.
 * Equal weights under another configuration or tokenizer are another model; provenance, cards and templates do not count.
 *
 * @param folder  a model folder
 * @throws CheckpointError it is not a folder with weights
 * @example
 * hashModel("data/nano/base")
 */
export function hashModel(folder: string): string {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
  const names = isFolder === true ? readdirSync(folder).filter(isOfModel) : [];
  if (!names.some((name) => name.endsWith(".safetensors")))
    throw new CheckpointError(
      `hashModel: ${folder} must be a folder with safetensors files, got none`,
    );
  return hashText(
    ...names.sort().map((name) => `${name}\n${hashFile(join(folder, name))}\n`),
  ).slice(0, 32);
}
