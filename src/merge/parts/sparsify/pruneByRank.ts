/** Drops entries at random, the more likely the smaller they are in their row: MAGPRUNE, the first part of DELLA. */
import { fillWords, key, type Key } from "../../../random.js";
import { bytes, inArena, words } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type { MergeContext, TensorInput } from "../../tensor.js";
import { rankMagnitudes } from "./rankMagnitudes.js";
import type { Drop } from "./sparsify.js";

/** Probability that an entry is kept: `lowest` + `slope` · rank, the smallest magnitude of a row having rank 0. */
export interface Chances {
  lowest: number;
  slope: number;
}

const WORD = 2 ** 32;

/** Counters that sorting a row takes. */
const COUNTS = 4096;

function pruneRow(
  values: Float32Array,
  ranks: Int32Array,
  random: Uint32Array,
  offset: number,
  { lowest, slope }: Chances,
): void {
  for (let i = 0; i < values.length; i++) {
    const chance = (lowest + slope * ranks[i]!) * WORD;
    values[i] = values[i]! * +(random[offset + i]! < chance);
  }
}

function scaleRow(
  values: Float32Array,
  ranks: Int32Array,
  { lowest, slope }: Chances,
): void {
  for (let i = 0; i < values.length; i++)
    values[i] = values[i]! / (lowest + slope * ranks[i]!);
}

/** Prunes one row of a task vector, whose first entry is number `start` of its tensor. */
type PruneRow = (
  values: Float32Array,
  stream: Key,
  start: number,
  chances: Chances,
) => void;

/** Words for any row of a length: those of whole blocks of the generator around it, four blocks at a time. */
const wordsOf = (row: number): number => 8 * Math.ceil((row + 1) / 8);

function prunedClear(row: number, rescale: boolean): PruneRow {
  const rank = rankMagnitudes(row);
  const ranks = new Int32Array(row);
  const random = new Uint32Array(wordsOf(row));
  return (values, stream, start, chance) => {
    rank(values, ranks);
    if (rescale) scaleRow(values, ranks, chance);
    const first = Math.trunc(start / 2);
    fillWords(stream, first, random);
    pruneRow(values, ranks, random, start - 2 * first, chance);
  };
}

/** The same by kernels: entries that are zero stay zero, and all others rank above them, so that only these are sorted. */
function prunedInKernel(row: number, rescale: boolean): PruneRow {
  const pairs = bytes(8 * row).byteOffset;
  const sorted = bytes(8 * row).byteOffset;
  const counts = words(COUNTS).byteOffset;
  const random = words(wordsOf(row));
  return ({ byteOffset: values }, { k0, k1 }, start, { lowest, slope }) => {
    const others = kernels.sortRow(values, row, pairs, sorted, counts);
    const first = Math.trunc(start / 2);
    kernels.fillWords(k0, k1, first, random.byteOffset, random.length / 2);
    const own = random.byteOffset + 4 * (start - 2 * first);
    kernels.pruneSorted(
      values,
      row,
      sorted,
      others,
      own,
      lowest,
      slope,
      rescale,
    );
  };
}

/**
 * Prune the rows of task vectors. Draws depend on (seed, name of the expert, name of the tensor, entry) alone, so that every walk
 * drops the same.
 *
 * @param row      entries of a row; blocks are whole rows
 * @param chances  per expert; null keeps all
 * @param rescale  divide what is kept by the probability that it was kept
 */
export function pruneByRank(
  { name, ids }: TensorInput,
  row: number,
  chances: readonly (Chances | null)[],
  rescale: boolean,
  { seed }: MergeContext,
): () => Drop {
  const streams = ids.map((id) => key(seed, `della/${id}/${name}`));
  const inKernel = prunedInKernel(row, rescale);
  const clear = prunedClear(row, rescale);
  const drop: Drop = (start, models) =>
    models.forEach((model, m) => {
      const chance = chances[m]!;
      if (chance === null) return;
      const prune = inArena(model) ? inKernel : clear;
      for (let from = 0; from < model.length; from += row)
        prune(
          model.subarray(from, from + row),
          streams[m]!,
          start + from,
          chance,
        );
    });
  return () => drop;
}
