/** Delta survival: how much of the merged change is left after rounding to the stored number format. */

/** What became of the change of one tensor, or of several together. */
export interface Survival {
  /** Entries in which the merged float32 value differs from the base. */
  changed: number;
  /** Of these, entries that still differ from the base when both are stored. */
  survived: number;
  /** Sum of the squared changes before rounding. */
  change: number;
  /** Sum of the squared changes as stored. */
  stored: number;
  /** Sum of the squared differences between the two. */
  error: number;
}

/** Survival as shares; null where nothing was changed. */
export interface SurvivalShares {
  /** Share of the changed entries that still differ from the base. */
  entries: number | null;
  /** Length of the stored change along the merged one, relative to it: 1 when all of it is there, 0 when none. */
  magnitude: number | null;
  /** Distance of the stored change from the merged one, relative to it. */
  error: number | null;
}

/**
 * Shares of a survival.
 *
 * @example
 * sharesOf({ changed: 4, survived: 1, change: 4, stored: 4, error: 6 }) // entries 0.25, magnitude 0.25, error √1.5
 */
export function sharesOf({
  changed,
  survived,
  change,
  stored,
  error,
}: Survival): SurvivalShares {
  if (changed === 0) return { entries: null, magnitude: null, error: null };
  return {
    entries: survived / changed,
    // Twice the inner product of d and e is |d|² + |e|² − |e − d|².
    magnitude: (change + stored - error) / 2 / change,
    error: Math.sqrt(error / change),
  };
}

/** Survival of all tensors together, summed in their order. */
export function totalSurvival(parts: Iterable<Survival>): Survival {
  const total = { changed: 0, survived: 0, change: 0, stored: 0, error: 0 };
  for (const part of parts) {
    total.changed += part.changed;
    total.survived += part.survived;
    total.change += part.change;
    total.stored += part.stored;
    total.error += part.error;
  }
  return total;
}

/**
 * Survival of some entries of one tensor.
 *
 * @param merged      merged values before rounding
 * @param base        values of the base
 * @param stored      merged values as stored
 * @param storedBase  values of the base, stored in the same format
 */
export function survivalOf(
  merged: Float32Array,
  base: Float32Array,
  stored: Float32Array,
  storedBase: Float32Array,
): Survival {
  const all = totalSurvival([]);
  for (let i = 0; i < merged.length; i++) {
    const before = merged[i]! - base[i]!;
    const after = stored[i]! - storedBase[i]!;
    if (before !== 0) {
      all.changed++;
      if (after !== 0) all.survived++;
    }
    all.change += before ** 2;
    all.stored += after ** 2;
    all.error += (after - before) ** 2;
  }
  return all;
}

/**
 * Round finite values to bfloat16 (nearest, ties to even) and give their survival, in one pass: the fast form of `encodeInto`,
 * `decodeInto` and `survivalOf`. The base must be in bfloat16.
 *
 * @param merged  finite values, fewer than 2³¹
 * @param base    values of the base
 * @param stored  receives the rounded values
 * @param out     receives the stored bytes, at a multiple of 4 of its buffer
 */
export function storeBf16(
  merged: Float32Array,
  base: Float32Array,
  stored: Float32Array,
  out: Uint8Array,
): Survival {
  const { length } = merged;
  const bits = new Int32Array(merged.buffer, merged.byteOffset, length);
  const rounded = new Int32Array(stored.buffer, stored.byteOffset, length);
  const halves = new Uint16Array(out.buffer, out.byteOffset, length);
  let [changed, survived, change, kept, error] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const word = bits[i]!;
    const near = word + 0x7fff + ((word >>> 16) & 1);
    halves[i] = near >>> 16;
    // Two views of one memory: what is written as bits is read as a number.
    rounded[i] = near & 0xffff0000;
    const before = merged[i]! - base[i]!;
    const after = stored[i]! - base[i]!;
    const lost = after - before;
    // Without a branch, since whether an entry changed cannot be predicted: 2 ns an entry instead of 7.
    const isChanged = +(before !== 0);
    changed = (changed + isChanged) | 0;
    survived = (survived + (isChanged & +(after !== 0))) | 0;
    change += before * before;
    kept += after * after;
    error += lost * lost;
  }
  return { changed, survived, change, stored: kept, error };
}
