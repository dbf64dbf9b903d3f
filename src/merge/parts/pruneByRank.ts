/** Drops entries at random, the more likely the smaller they are in their row: MAGPRUNE, the first part of DELLA. */
import { fillWords, key, type Key } from "../../random.js";
import type { MergeContext, TensorInput } from "../tensor.js";
import { rankMagnitudes } from "./rankMagnitudes.js";
import type { Drop } from "./sparsify.js";

/** Probability that an entry is kept: `lowest` + `slope` · rank, the smallest magnitude of a row having rank 0. */
export interface Chances {
  lowest: number;
  slope: number;
}

const WORD = 2 ** 32;

/** Uniform numbers of the entries from `start` on, 32 bits each: two of them come from one block of the generator. */
function draw(words: Uint32Array, stream: Key, start: number): number {
  const first = Math.trunc(start / 2);
  fillWords(stream, first, words);
  return start - 2 * first;
}

function pruneRow(
  values: Float32Array,
  ranks: Int32Array,
  words: Uint32Array,
  offset: number,
  { lowest, slope }: Chances,
): void {
  for (let i = 0; i < values.length; i++) {
    const chance = (lowest + slope * ranks[i]!) * WORD;
    values[i] = values[i]! * +(words[offset + i]! < chance);
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
  const rank = rankMagnitudes(row);
  const ranks = new Int32Array(row);
  const words = new Uint32Array(row + 1 + ((row + 1) % 2));
  const drop: Drop = (start, models) =>
    models.forEach((model, m) => {
      const chance = chances[m]!;
      if (chance === null) return;
      for (let from = 0; from < model.length; from += row) {
        const values = model.subarray(from, from + row);
        rank(values, ranks);
        if (rescale) scaleRow(values, ranks, chance);
        const offset = draw(words, streams[m]!, start + from);
        pruneRow(values, ranks, words, offset, chance);
      }
    });
  return () => drop;
}
