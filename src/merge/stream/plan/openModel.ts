/** A model of a recipe, opened: the headers of its weights, its configuration and its tokenizer; no weight is read. */
import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  Checkpoint,
  isRecomputable,
  modelPlace,
  readConfiguration,
  type StoredTensor,
  textConfigOf,
} from "../../../checkpoint/index.js";
import { CheckpointError } from "../../../error.js";
import { BUDGETS, readJsonObject } from "../../../io/index.js";
import { recipeError } from "../../recipe/document.js";
import type { ModelRef } from "../../recipe/recipe.js";
import { countLayers } from "./layers.js";

/** A model whose headers have been read. */
export interface OpenModel {
  ref: ModelRef;
  checkpoint: Checkpoint;
  /** The folder of its configuration and tokenizer, of an adapter its base's; null for a single file. */
  folder: string | null;
  /** The object in config.json; null where there is none. */
  config: Readonly<Record<string, unknown>> | null;
  /** Tensors that are merged: all but an output head that repeats the embedding. */
  tensors: ReadonlyMap<string, StoredTensor>;
  /** Whether the output head is the embedding; null where only a configuration could say. */
  tied: boolean | null;
  /** Number of layers of each stack. */
  layers: ReadonlyMap<string, number>;
  /** Layers at the end of the only stack that predict further tokens, beside those that config.json counts. */
  extraLayers: number;
}

const HEAD = /(?:^|\.)lm_head\.weight$/;

/**
 * A JSON object of a model folder, or null where there is no such file.
 *
 * @throws CheckpointError it is not a regular file, too large or not an object
 */
export function readJson(
  folder: string,
  name: string,
): Record<string, unknown> | null {
  const path = join(folder, name);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  return readJsonObject(
    path,
    BUDGETS.config,
    (text, cause) => new CheckpointError(text, { cause }),
  );
}

/** Why nothing is at the path of a model: mergekit's references can mean more than a path. */
function whyMissing(name: string): string {
  if (name.includes("+"))
    return "no such paths; of model+adapter both must be here, the adapter as PEFT writes it";
  if (name.includes("@"))
    return "no such path; revisions (model@revision) are not supported (mergekit has them), give the folder of the revision";
  return "no such path; models are local, none is downloaded";
}

/**
 * Open a model.
 *
 * @param recipe  its file, for messages
 * @throws RecipeError nothing is there, or its configuration is broken · CheckpointError its weights are
 */
export function openModel(ref: ModelRef, recipe: { file: string }): OpenModel {
  const wrong = (got: string): never => {
    throw recipeError(
      recipe,
      ref.place,
      `model ${JSON.stringify(ref.name)} must be a model folder or a .safetensors file, got ${got}`,
    );
  };
  const orWrong = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      return wrong((error as Error).message);
    }
  };
  const { base } = orWrong(() => modelPlace(ref.path));
  const stat = statSync(base, { throwIfNoEntry: false });
  if (stat === undefined) return wrong(whyMissing(ref.name));
  const folder = stat.isDirectory() ? base : null;
  const config =
    folder === null ? null : orWrong(() => readConfiguration(folder));
  const checkpoint = Checkpoint.open(ref.path);
  const stored = checkpoint.tensors;
  const hasHead = [...stored.keys()].some((name) => HEAD.test(name));
  const tied = config === null ? null : isTied(config, hasHead);
  const tensors = new Map(
    [...stored].filter(([name]) => tied !== true || !HEAD.test(name)),
  );
  const layers = countLayers(tensors.keys());
  const text = config === null ? {} : textConfigOf(config);
  const declared = text["num_hidden_layers"];
  let extraLayers = 0;
  if (layers.size === 1 && typeof declared === "number") {
    const [found] = layers.values();
    const extra = text["num_nextn_predict_layers"];
    if (typeof extra === "number" && found === declared + extra)
      extraLayers = extra;
    else if (found !== declared)
      return wrong(`${found} layers where config.json says ${declared}`);
  }
  return {
    ref,
    checkpoint,
    folder,
    config,
    tensors,
    tied,
    layers,
    extraLayers,
  };
}

/** Whether the output head is the embedding: as the configuration says; of a wrapper, whose levels may disagree, whether none is stored. */
function isTied(
  config: Readonly<Record<string, unknown>>,
  hasHead: boolean,
): boolean {
  const text = textConfigOf(config);
  const flag = text["tie_word_embeddings"];
  if (text !== config && flag !== config["tie_word_embeddings"])
    return !hasHead;
  return typeof flag === "boolean" ? flag : !hasHead;
}

/**
 * Models without the recomputable buffers (`rotary_emb.inv_freq`, `position_ids`) that not all of them store.
 */
export function withoutLoneBuffers(models: readonly OpenModel[]): OpenModel[] {
  const isLone = (name: string): boolean =>
    isRecomputable(name) && !models.every(({ tensors }) => tensors.has(name));
  return models.map((model) => ({
    ...model,
    tensors: new Map([...model.tensors].filter(([name]) => !isLone(name))),
  }));
}
