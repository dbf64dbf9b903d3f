/** Hugging Face model folders: config.json, weights, tokenizer.json, and where they came from. */
import { join } from "node:path";
import { CheckpointError } from "../error.js";
import { writeChunks, writeFolder } from "../io/index.js";
import { asCheckpointError } from "./asCheckpointError.js";
import { readConfiguration } from "./configuration/readConfiguration.js";
import { withDtype } from "./configuration/resultConfiguration.js";
import { type Params, sizeOf } from "./params.js";
import { readParams } from "./readSafetensors.js";
import { adapterToJson, type AdapterConfig } from "./adapter/adapterConfig.js";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from "./adapter/modelPlace.js";
import { INDEX, isPlainName, WEIGHTS } from "./format/shardIndex.js";
import { writeSafetensors } from "./writeSafetensors.js";

/** A model folder in memory. */
export interface ModelFolder {
  /** The object in config.json. */
  config: Record<string, unknown>;
  params: Params;
  /** The folder on disk. */
  path: string;
}

/** Contents of a model folder to be written. */
export interface ModelFolderContents {
  config: Record<string, unknown>;
  params: Params;
  /** Text of tokenizer.json, copied byte for byte. */
  tokenizer?: string;
  /** Object for provenance.json: inputs' hashes, seed, engine, versions, seconds, tokens. */
  provenance?: object;
  /** More files: plain base name → contents. */
  files?: Record<string, string | Uint8Array>;
}

const CONFIG = "config.json";
const TOKENIZER = "tokenizer.json";
const PROVENANCE = "provenance.json";

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Read a Hugging Face model folder: config.json, and model.safetensors or the shards of model.safetensors.index.json.
 *
 * @throws CheckpointError something is missing, unreadable, ambiguous or breaks its format
 * @example
 * const { config, params } = readModelFolder("models/base");
 */
export function readModelFolder(path: string): ModelFolder {
  const config = readConfiguration(path, "readModelFolder");
  if (config === null)
    throw new CheckpointError(
      `readModelFolder: ${join(path, CONFIG)} must be readable, got no such file`,
    );
  return {
    config: { ...config },
    params: readParams("readModelFolder", path),
    path,
  };
}

/** The configuration with the dtype that most entries have, where it names one: loaders round to what it says. */
function storedConfig(
  config: Record<string, unknown>,
  params: Params,
): Record<string, unknown> {
  if (!("dtype" in config) && !("torch_dtype" in config)) return config;
  const entries = new Map<string, number>();
  for (const { dtype, shape } of params.values())
    entries.set(dtype, (entries.get(dtype) ?? 0) + sizeOf(shape));
  const [first] = [...entries].sort(([, a], [, b]) => b - a);
  return first === undefined ? config : withDtype(config, first[0]);
}

/**
 * Write a Hugging Face model folder; an older model that m2rl wrote there is replaced as a whole.
 *
 * Everything is written into a temporary folder beside `path`, which is then renamed: readers see the old model or the new one, never
 * half of one. Only a folder is replaced whose files are all as m2rl wrote them, see `io/marker.ts`; the result is marked likewise. Where the
 * configuration names a dtype, the stored one is written.
 *
 * @param path      the folder; parents are created
 * @param contents  what to write; config and provenance as indented JSON
 * @throws CheckpointError a parameter or file name is not valid, something is there that must stay, or the disk refuses; the old model stays
 * @example
 * writeModelFolder("models/sft", { config, params, tokenizer: readFileSync("tokenizer.json", "utf8") })
 */
export function writeModelFolder(
  path: string,
  contents: ModelFolderContents,
): void {
  const { config, params, tokenizer, provenance, files = {} } = contents;
  const all = new Map<string, string | Uint8Array>([
    [CONFIG, asJson(storedConfig(config, params))],
  ]);
  if (tokenizer !== undefined) all.set(TOKENIZER, tokenizer);
  if (provenance !== undefined) all.set(PROVENANCE, asJson(provenance));
  addFiles("writeModelFolder", all, files);
  writeAll("writeModelFolder", path, all, WEIGHTS, params);
}

/** An adapter to be written. */
export interface AdapterFolderContents extends Pick<
  ModelFolderContents,
  "params" | "provenance" | "files"
> {
  config: AdapterConfig;
}

/**
 * Write an adapter as PEFT reads it: adapter_config.json and adapter_model.safetensors, with the same care as `writeModelFolder`.
 *
 * @param path      the folder
 * @param contents  what to write; params under PEFT's names, see `adapterKey`
 * @throws CheckpointError as `writeModelFolder`
 */
export function writeAdapterFolder(
  path: string,
  { config, params, provenance, files = {} }: AdapterFolderContents,
): void {
  const all = new Map<string, string | Uint8Array>([
    [ADAPTER_CONFIG, asJson(adapterToJson(config))],
  ]);
  if (provenance !== undefined) all.set(PROVENANCE, asJson(provenance));
  addFiles("writeAdapterFolder", all, files);
  writeAll("writeAdapterFolder", path, all, ADAPTER_WEIGHTS, params);
}

/** The caller's own files, whose names must be free. */
function addFiles(
  caller: string,
  all: Map<string, string | Uint8Array>,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  const taken = [WEIGHTS, INDEX, ADAPTER_WEIGHTS];
  for (const [name, content] of Object.entries(files)) {
    if (!isPlainName(name) || all.has(name) || taken.includes(name))
      throw new CheckpointError(
        `${caller}: files must have plain names of their own, got ${JSON.stringify(name)}`,
      );
    all.set(name, content);
  }
}

/** Files and weights into a folder that takes the place of the old one when it is whole. */
function writeAll(
  caller: string,
  path: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  weights: string,
  params: Params,
): void {
  const fill = (folder: string): void => {
    for (const [name, content] of files) {
      writeChunks(join(folder, name), [
        typeof content === "string" ? Buffer.from(content, "utf8") : content,
      ]);
    }
    writeSafetensors(join(folder, weights), params);
  };
  try {
    writeFolder(path, fill, {
      replace: true,
      failure: (text, cause) =>
        new CheckpointError(`${caller}: ${text}`, { cause }),
    });
  } catch (error) {
    throw asCheckpointError(error, `${caller}: "${path}"`, "writable");
  }
}
