/** How many threads fit into the memory that a merge may use. */
import { M2rlError } from "../../../error.js";
import type { MergeMethod } from "../../tensor.js";
import type { Recipe } from "../../recipe/recipe.js";
import type { MergedTensor } from "./planTensors.js";
import { total } from "../../../stats/index.js";

/** Entries that a method reads at a time from each model. */
export const CHUNK = 65_536;

/** Resident bytes of the process before any thread starts: Node itself, headers and the plan. */
const PROCESS = 110e6;

/** Resident bytes of a thread before it merges: its own JavaScript heap and code. */
const THREAD = 24e6;

/** Chunks of a thread besides those of the models: result, rounding, comparison with the base. */
const OWN_CHUNKS = 8;

/** What a merge uses. */
export interface Budget {
  threads: number;
  /** Bytes that tensors held whole may take together. */
  wholeTensors: number;
  /** Expected peak of resident memory, bytes. */
  peak: number;
}

/** Bytes as people write them: decimal units, three digits. */
export function byteText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  const value = bytes / 1000 ** power;
  return `${Number(value.toPrecision(3))} ${units[power]!}`;
}

/** Bytes that merging a tensor holds beyond a few chunks. */
export function heldBytes(
  method: MergeMethod,
  { dialect }: Recipe,
  tensor: MergedTensor,
): number {
  return tensor.copied
    ? 0
    : method.memory(tensor, tensor.experts.length, dialect);
}

/**
 * Threads and memory of a merge.
 *
 * @param threads    most that may be used
 * @param maxMemory  bytes
 * @throws M2rlError not even one thread fits
 */
export function budgetFor(
  method: MergeMethod,
  recipe: Recipe,
  tensors: readonly MergedTensor[],
  threads: number,
  maxMemory: number,
): Budget {
  const models =
    tensors.reduce((most, { experts }) => Math.max(most, experts.length), 0) +
    1;
  const thread = THREAD + (models + OWN_CHUNKS) * CHUNK * 4;
  const held = tensors.map((tensor) => ({
    name: tensor.name,
    bytes: heldBytes(method, recipe, tensor),
  }));
  const largest = held.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const needed = (count: number): number =>
    PROCESS + count * thread + largest.bytes;
  if (needed(1) > maxMemory) {
    const why =
      largest.bytes > 0
        ? ` for tensor "${largest.name}", which ${recipe.method} holds whole`
        : ` for ${models} models`;
    throw new M2rlError(
      `merge: memory must be at least ${byteText(needed(1))}${why}, got ${byteText(maxMemory)}; raise --max-memory`,
    );
  }
  let count = Math.min(threads, tensors.length);
  while (needed(count) > maxMemory) count--;
  const wholeTensors =
    largest.bytes === 0 ? 0 : maxMemory - PROCESS - count * thread;
  const largestFirst = held.map(({ bytes }) => bytes).sort((a, b) => b - a);
  const most = total(largestFirst.slice(0, count));
  return {
    threads: count,
    wholeTensors,
    peak: PROCESS + count * thread + Math.min(wholeTensors, most),
  };
}
