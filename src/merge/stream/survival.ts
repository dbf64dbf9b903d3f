/** Delta survival: how much of the merged change is left after rounding to the stored number format. */

/** Entries whose squares are summed before they are added to the total, so that sums do not depend on how a tensor is cut. */
const BLOCK = 65_536;

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

/** Measures the survival of one tensor, piece after piece. */
export class SurvivalMeter {
  private readonly total: Survival = totalSurvival([]);
  private readonly block: Survival = totalSurvival([]);
  private filled = 0;

  /**
   * Take the next piece.
   *
   * @param merged      merged values before rounding
   * @param base        values of the base
   * @param stored      merged values as stored
   * @param storedBase  values of the base, stored in the same format
   */
  add(
    merged: Float32Array,
    base: Float32Array,
    stored: Float32Array,
    storedBase: Float32Array,
  ): void {
    for (let start = 0; start < merged.length;) {
      const end = Math.min(merged.length, start + BLOCK - this.filled);
      this.scan(merged, base, stored, storedBase, start, end);
      this.filled += end - start;
      if (this.filled === BLOCK) this.flush();
      start = end;
    }
  }

  private scan(
    merged: Float32Array,
    base: Float32Array,
    stored: Float32Array,
    storedBase: Float32Array,
    start: number,
    end: number,
  ): void {
    let changed = 0;
    let survived = 0;
    let { change, stored: kept, error } = this.block;
    for (let i = start; i < end; i++) {
      const before = merged[i]! - base[i]!;
      const after = stored[i]! - storedBase[i]!;
      const lost = after - before;
      if (before !== 0) {
        changed++;
        if (after !== 0) survived++;
      }
      change += before * before;
      kept += after * after;
      error += lost * lost;
    }
    this.block.changed += changed;
    this.block.survived += survived;
    this.block.change = change;
    this.block.stored = kept;
    this.block.error = error;
  }

  private flush(): void {
    Object.assign(this.total, totalSurvival([this.total, this.block]));
    Object.assign(this.block, totalSurvival([]));
    this.filled = 0;
  }

  /** The survival of all pieces. */
  finish(): Survival {
    this.flush();
    return this.total;
  }
}
