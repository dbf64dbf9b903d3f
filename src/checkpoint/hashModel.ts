/** What a model is, as a hash: configuration, weights and tokenizer. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../error.js";
import { adapterScale } from "./adapter/adapterConfig.js";
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  modelPlace,
  readAdapterConfig,
} from "./adapter/modelPlace.js";
import { guarded, hashFile, hashText } from "../io/index.js";
import { isVocabulary } from "./companionFiles.js";

/** Files of a model folder that decide what the model answers. */
function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter(
      (name) =>
        name === "config.json" ||
        name.endsWith(".safetensors") ||
        // As with companion files: what is no regular file holds no vocabulary.
        (isVocabulary(name) &&
          statSync(join(folder, name), {
            throwIfNoEntry: false,
          })?.isFile() === true),
    )
    .sort();
}

/**
 * What a model is, in 32 hexadecimal digits: SHA-256 over the names and hashes of its configuration, its weights and its vocabularies.
 * Equal weights under another configuration or tokenizer are another model; provenance, cards and templates do not count.
 *
 * That of an adapter follows from its base's, its weights and their scale.
 *
 * @param folder  a model folder or an adapter, see `modelPlace`
 * @throws CheckpointError it is not a folder with weights, or a file is not readable
 * @example
 * hashModel("data/nano/base")
 */
export function hashModel(folder: string): string {
  const { base, adapter } = modelPlace(folder);
  return adapter === null ? hashFolder(base) : hashAdapter(base, adapter);
}

function failure(text: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`hashModel: ${text}`, { cause });
}

function hashAt(folder: string, name: string): string {
  return guarded(join(folder, name), "readable", failure, () =>
    hashFile(join(folder, name)),
  );
}

function hashAdapter(base: string, adapter: string): string {
  const json = readAdapterConfig(adapter);
  const scale = adapterScale(json, join(adapter, ADAPTER_CONFIG));
  const weights = hashAt(adapter, ADAPTER_WEIGHTS);
  return hashText(`${hashFolder(base)}\n${weights}\n${scale}\n`).slice(0, 32);
}

function hashFolder(folder: string): string {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
  const names = isFolder === true ? filesOf(folder) : [];
  if (!names.some((name) => name.endsWith(".safetensors")))
    throw new CheckpointError(
      `hashModel: ${folder} must be a folder with safetensors files, got none`,
    );
  return hashText(
    ...names.map((name) => `${name}\n${hashAt(folder, name)}\n`),
  ).slice(0, 32);
}
