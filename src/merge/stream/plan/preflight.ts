/** Everything about a merge that the headers of its models can tell: whether it can be done, what it reads and writes, how long it takes. */
import { existsSync, statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { type Dtype, DTYPE_BITS } from "../../../checkpoint/index.js";
import { M2rlError } from "../../../error.js";
import { checkTarget } from "../../../io/index.js";
import { methods } from "../../methods/table.js";
import { recipeError } from "../../recipe/document.js";
import type { Recipe } from "../../recipe/recipe.js";
import { carriedFiles, type CarriedFile } from "../carried.js";
import { type Estimate, estimate } from "./estimate.js";
import { type Budget, budgetFor, byteText } from "./memory.js";
import { type OpenModel, openModel, withoutLoneBuffers } from "./openModel.js";
import { modelRefs } from "./origins.js";
import { type Piece, type MergedTensor, planTensors } from "./planTensors.js";
import { outOptions } from "../workFolder.js";
import { checkConfigs } from "./sameModel.js";
import { checkTokenizers } from "./sameTokenizer.js";
import { total } from "../../../stats/index.js";

/** What a merge may use. */
export interface MergeLimits {
  /** Worker threads; default one per core. */
  threads?: number;
  /** Bytes of resident memory of the whole process; default 512 MB. */
  maxMemory?: number;
  /** Replace a model that is already there; default false. */
  force?: boolean;
}

/** A merge that can be done. */
export interface MergePlan {
  recipe: Recipe;
  /** The base first, where there is one. */
  models: readonly OpenModel[];
  /** Tensors of the result. */
  tensors: readonly MergedTensor[];
  /** Configuration, tokenizer and what else is taken over. */
  files: readonly CarriedFile[];
  /** What a person should know before: keys without effect, tokenizers that cannot be compared. */
  notes: readonly string[];
  /** Bytes of weights that are written. */
  bytesWritten: number;
  /** Bytes of the weights that are merged, each counted once. */
  bytesRead: number;
  /** Entries of the result. */
  elements: number;
  budget: Budget;
  /** Expected duration on this machine if the disk keeps up. */
  estimate: Estimate;
}

/** Room for configuration, tokenizer, model card and provenance. */
const BESIDES = 50e6;

/**
 * Plan a merge: open every model, check that all fit together, and work out what will be done.
 *
 * Only headers, configurations and tokenizers are read, and the few tensors that are not floats, which must be equal.
 *
 * @param out  folder that the result goes to
 * @throws RecipeError the models do not fit together or the recipe does not fit them · CheckpointError a file breaks its format ·
 *   M2rlError `out` already exists, or memory or disk do not suffice
 * @example
 * preflight(readRecipe("recipe.yml"), "models/new").estimate.seconds
 */
export function preflight(
  recipe: Recipe,
  out: string,
  {
    threads = availableParallelism(),
    maxMemory = 512e6,
    force = false,
  }: MergeLimits = {},
): MergePlan {
  checkTarget(out, outOptions(inputsOf(recipe), force));
  const models = withoutLoneBuffers(
    modelRefs(recipe).map((ref) => openModel(ref, recipe)),
  );
  const sliced = recipe.slices[0]!.sources[0]!.layers !== null;
  checkTied(recipe, models);
  checkConfigs(models, recipe, sliced);
  const donor = models.find(({ ref }) => ref.path === recipe.tokenizer.path)!;
  const notes = [...recipe.notes, ...checkTokenizers(models, donor, recipe)];
  const tensors = planTensors(recipe, models);
  for (const tensor of tensors) {
    if (tensor.copied) checkEqual(recipe, models, tensor);
  }
  const bytesWritten = total(
    tensors.map(
      ({ elements, dtype }) => (elements * DTYPE_BITS.get(dtype)!) / 8,
    ),
  );
  checkDisk(out, bytesWritten + BESIDES);
  const method = methods[recipe.method]!;
  const budget = budgetFor(method, recipe, tensors, threads, maxMemory);
  const merged = tensors.find(({ copied }) => !copied);
  const first = merged && stored(models, piecesOf(merged)[0]!);
  return {
    recipe,
    models,
    tensors,
    files: carriedFiles(recipe, donor, tensors),
    notes,
    bytesWritten,
    bytesRead: total(
      tensors.flatMap((tensor) =>
        piecesOf(tensor).map((piece) => stored(models, piece).bytes),
      ),
    ),
    elements: total(tensors.map(({ elements }) => elements)),
    budget,
    estimate: estimate(
      recipe,
      method,
      tensors,
      (first?.dtype ?? "F32") as Dtype,
      budget.threads,
    ),
  };
}

/** What a merge reads: the models, and the recipe where it is a file. */
export function inputsOf(recipe: Recipe): string[] {
  return [
    ...modelRefs(recipe).map(({ path }) => path),
    recipe.tokenizer.path,
    ...(existsSync(recipe.file) ? [recipe.file] : []),
  ];
}

/** The inputs of a tensor, each once; the anchor first. */
function piecesOf({ anchor, experts }: MergedTensor): Piece[] {
  if (anchor === null) return [...experts];
  const others = experts.filter(({ model }) => model !== anchor.model);
  return [anchor, ...others];
}

function stored(
  models: readonly OpenModel[],
  { model, name }: Piece,
): { bytes: number; dtype: string } {
  return models[model]!.tensors.get(name)!;
}

/** An output head is either the embedding in all models or in none. */
function checkTied(recipe: Recipe, models: readonly OpenModel[]): void {
  const first = models.find(({ tied }) => tied !== null);
  const text = (tied: boolean): string => (tied ? "tied" : "separate");
  for (const { tied, ref } of models) {
    if (tied === null || tied === first!.tied) continue;
    throw recipeError(
      recipe,
      ref.place,
      `output head of ${JSON.stringify(ref.name)} must be ${text(first!.tied!)} as in ${JSON.stringify(first!.ref.name)}, got a ${text(tied)} one`,
    );
  }
}

/** Tensors that are not floats cannot be merged: they must be equal. */
function checkEqual(
  recipe: Recipe,
  models: readonly OpenModel[],
  tensor: MergedTensor,
): void {
  const [first, ...others] = piecesOf(tensor);
  const { bytes, dtype } = stored(models, first!);
  const size = Math.min(bytes, 2 ** 18);
  const a = new Uint8Array(size);
  const b = new Uint8Array(size);
  for (const other of others) {
    const { checkpoint, ref } = models[other.model]!;
    for (let start = 0; start < bytes; start += size) {
      const left = a.subarray(0, bytes - start);
      const right = b.subarray(0, bytes - start);
      models[first!.model]!.checkpoint.readBytes(first!.name, start, left);
      checkpoint.readBytes(other.name, start, right);
      if (Buffer.compare(left, right) === 0) continue;
      throw recipeError(
        recipe,
        ref.place,
        `tensor "${other.name}" of dtype ${dtype} must be equal in all models since it is no float, got other values in ${JSON.stringify(ref.name)}`,
      );
    }
  }
}

/** Refuse what does not fit on the disk. */
function checkDisk(out: string, needed: number): void {
  let folder = dirname(resolve(out));
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new M2rlError(
    `merge: disk of ${folder} must have ${byteText(needed)} free, got ${byteText(free)}`,
  );
}
