/** A seeded random orthogonal map from any number of weights to 256 numbers, one weight at a time. */
import { type Key, key, threefry } from "../../random.js";

/** Dimensions after the projection, as in the paper (§3.3). */
export const PROJECTED = 256;

/** The bit of a slot that holds the sign. */
const SIGN = 256;

/**
 * Standard error of a cosine that is measured after a random projection to `dimensions`, (1 − c²) / √dimensions: at 256 it is 0.0625
 * for c = 0, as large as the cosines of the paper's Figure 3.
 *
 * @example
 * projectionError(0) // 0.0625
 */
export function projectionError(
  cosine: number,
  dimensions: number = PROJECTED,
): number {
  return (1 - cosine * cosine) / Math.sqrt(dimensions);
}

/** Finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * The map of one tensor. Weight j goes to one of 256 sums, with a sign, both drawn at random: row r of the matrix has ±1/√n_r at the
 * n_r weights that were drawn for it and 0 elsewhere. No two rows share a weight, so the rows are orthonormal, exactly; a dense
 * orthogonal matrix for one matrix of a model of four billion weights would take 25 GB.
 *
 * Source: paper §3.3, which does not say how its matrix is drawn; sparse signs after Charikar, Chen and Farach-Colton 2002.
 *
 * @example
 * projectionKey(1, "model.layers.0.mlp.up_proj.weight")
 */
export function projectionKey(seed: number, tensor: string): Key {
  return key(seed, `projection/${tensor}`);
}

/**
 * Where the weights of one block go: bits 0–7 the row, bit 8 the sign.
 *
 * @param k      of `projectionKey`
 * @param block  number of the block within its tensor
 * @param slots  one number per weight of the block, written
 */
export function drawSlots(k: Key, block: number, slots: Uint16Array): void {
  const [k0, k1] = threefry(k, block, 0);
  for (let j = 0; j < slots.length; j++)
    slots[j] = mix((mix(j + k0) + k1) | 0) & 511;
}

/** Count how many weights each row of the map has received. */
export function countRows(
  slots: Uint16Array,
  weights: number,
  rows: Float64Array,
): void {
  for (let j = 0; j < weights; j++) rows[slots[j]! & (PROJECTED - 1)]! += 1;
}

/**
 * Add signed values to the sums of their rows.
 *
 * @param sums    where the 256 sums begin: `sums[offset + row]`
 * @param slots   where each value goes
 */
export function addProjected(
  values: Float64Array,
  slots: Uint16Array,
  from: number,
  to: number,
  sums: Float64Array,
  offset: number,
): void {
  for (let c = from; c < to; c++) {
    const slot = slots[c]!;
    const value = values[c]!;
    sums[offset + (slot & (PROJECTED - 1))]! += slot & SIGN ? -value : value;
  }
}

/**
 * Inner product of two projected vectors, from their sums and the sizes of the rows.
 *
 * @param rows  n_r of each row; a row without a weight does not count
 */
export function projectedDot(
  a: Float64Array,
  b: Float64Array,
  rows: Float64Array,
): number {
  let dot = 0;
  for (let r = 0; r < PROJECTED; r++)
    if (rows[r]! > 0) dot += (a[r]! * b[r]!) / rows[r]!;
  return dot;
}
