/** Which entries of a tensor count as changed: the paper's relative rule, and its exact form on the bits of bfloat16. */

/** The paper's η (§3.3). */
export const PAPER_ETA = 1e-3;

/**
 * Smallest relative gap between two bfloat16 numbers, 2⁻⁸ = 0.0039. For every η below it the rule says of two bfloat16
 * numbers: changed unless their bits are equal, +0 and −0 being one number.
 */
export const BF16_GAP: number = 2 ** -8;

/**
 * Has a weight changed?
 *
 *   changed ⇔ |a − b| > η · max(|a|, |b|)
 *
 * What the rule means depends on how the weights are stored. In float32 it is a tolerance of η. In bfloat16 it is "stored as another
 * number" for every η < 2⁻⁸, so the paper's 10⁻³ is not a tolerance at all. In float16 the smallest gap is 4.9 · 10⁻⁴, and at 10⁻³ almost
 * every step to a neighbour counts as unchanged. NaN or an infinity on either side is never a change; count such entries apart.
 *
 * Source: paper §3.3. Decided in float64, where the difference of two float32 near the threshold is exact.
 *
 * @param eta  tolerance relative to the larger of both, [0, 1)
 * @example
 * isChanged(1, 1.002) // true
 */
export function isChanged(
  a: number,
  b: number,
  eta: number = PAPER_ETA,
): boolean {
  return Math.abs(a - b) > eta * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * Refuse an η that is not a tolerance.
 *
 * @throws RangeError η outside [0, 1)
 */
export function checkEta(caller: string, eta: number): void {
  if (!(eta >= 0 && eta < 1))
    throw new RangeError(`${caller}: eta must be in [0, 1), got ${eta}`);
}

/** What marking a block found. */
export interface Marked {
  /** Entries that have changed. */
  changed: number;
  /** Entries with NaN or an infinity on either side; never among the changed. */
  nonfinite: number;
}

/**
 * Set `bit` in `pattern[i]` where entry i has changed.
 *
 * @param pattern  one byte an entry, a bit an expert
 * @example
 * markChanged(new Float32Array([1, 2]), new Float32Array([1, 3]), 1e-3, 1, new Uint8Array(2)) // { changed: 1, nonfinite: 0 }
 */
export function markChanged(
  base: Float32Array,
  expert: Float32Array,
  eta: number,
  bit: number,
  pattern: Uint8Array,
): Marked {
  let changed = 0;
  let zero = 0;
  for (let i = 0; i < base.length; i++) {
    const a = base[i]!;
    const b = expert[i]!;
    const step = Math.abs(a - b);
    // Above both is above the larger; without a branch, which every other weight would mispredict, it takes a quarter of the time.
    const differs =
      Number(step > eta * Math.abs(a)) & Number(step > eta * Math.abs(b));
    pattern[i]! |= -differs & bit;
    changed += differs;
    zero += 0 * (a + b);
  }
  // 0 · x is NaN for NaN and infinities, and they are rare.
  return { changed, nonfinite: zero === 0 ? 0 : countNonfinite(base, expert) };
}

function countNonfinite(base: Float32Array, expert: Float32Array): number {
  let count = 0;
  for (let i = 0; i < base.length; i++)
    if (!Number.isFinite(base[i]! + expert[i]!)) count++;
  return count;
}

/**
 * `markChanged` on the bits of bfloat16, for any η below `BF16_GAP`: the same marks, without converting a number.
 *
 * @example
 * markChangedBf16(new Uint16Array([0x3f80]), new Uint16Array([0x3f81]), 1, new Uint8Array(1)) // { changed: 1, nonfinite: 0 }
 */
export function markChangedBf16(
  base: Uint16Array,
  expert: Uint16Array,
  bit: number,
  pattern: Uint8Array,
): Marked {
  let changed = 0;
  let finite = 0;
  for (let i = 0; i < base.length; i++) {
    const a = base[i]!;
    const b = expert[i]!;
    // Each condition is a sign bit, so that no branch is mispredicted: both are finite; the bits differ; not both are zero.
    const bothFinite = ((a & 0x7fff) - 0x7f80) & ((b & 0x7fff) - 0x7f80);
    const differs = (-(a ^ b) & -((a | b) & 0x7fff) & bothFinite) >>> 31;
    pattern[i]! |= -differs & bit;
    changed += differs;
    finite += bothFinite >>> 31;
  }
  return { changed, nonfinite: base.length - finite };
}
