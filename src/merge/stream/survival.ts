/** Delta survival: how much of the merged change is left after rounding to the stored number format. */
import { doubles, scoped } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";

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
 * Survival of some entries of one tensor; squares are added up in four sums, entry by entry in turn.
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
  let [changed, survived] = [0, 0];
  const squares = [0, 1, 2].map(() => new Float64Array(4)) as Three;
  const [change, kept, error] = squares;
  for (let i = 0; i < merged.length; i++) {
    const before = merged[i]! - base[i]!;
    const after = stored[i]! - storedBase[i]!;
    if (before !== 0) {
      changed++;
      if (after !== 0) survived++;
    }
    change[i & 3]! += before ** 2;
    kept[i & 3]! += after ** 2;
    error[i & 3]! += (after - before) ** 2;
  }
  const [all, left, lost] = squares.map(
    ([a, b, c, d]) => a! + b! + (c! + d!),
  ) as [number, number, number];
  return { changed, survived, change: all, stored: left, error: lost };
}

/** Zero what follows the last value, up to a multiple of four. */
function pad({ buffer, byteOffset, length }: Float32Array): void {
  const after = byteOffset + 4 * length;
  new Float32Array(buffer, after, (4 - (length % 4)) % 4).fill(0);
}

type Three = [Float64Array, Float64Array, Float64Array];

/**
 * Round finite values to bfloat16 (nearest, ties to even) and give their survival, in one pass: what `encodeInto`, `decodeInto` and
 * `survivalOf` do. The base must be in bfloat16.
 *
 * @param merged  finite values, in the kernels' memory like the others; the three that follow the last may be overwritten
 * @param base    values of the base; the three that follow the last may be overwritten
 * @param out     receives the stored bytes
 */
export function storeBf16(
  merged: Float32Array,
  base: Float32Array,
  out: Uint8Array,
): Survival {
  return scoped(() => {
    const found = doubles(5);
    // The kernel takes four at a time; what pads the last four is alike in both, and so changes nothing.
    for (const values of [merged, base]) pad(values);
    kernels.storeBf16(
      merged.byteOffset,
      base.byteOffset,
      out.byteOffset,
      merged.length,
      found.byteOffset,
    );
    const [changed, survived, change, stored, error] = found as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { changed, survived, change, stored, error };
  });
}
