/** Ranks the entries of a row by magnitude. */

const MAGNITUDE = 0x7fffffff;
const BITS = 31;

/** Writes the rank of every entry of a row; reuses its scratch. */
export type Ranking = (values: Float32Array, ranks: Int32Array) => void;

/**
 * A ranking of rows of one length: rank 0 is the smallest magnitude, and of equal ones the first. Sorts by groups of bits, from the
 * lowest to the highest, which keeps the order of what is equal.
 *
 * @example
 * const ranks = new Int32Array(3);
 * rankMagnitudes(3)(Float32Array.of(-5, 1, 2), ranks); // ranks: 2, 0, 1
 */
export function rankMagnitudes(length: number): Ranking {
  const digitBits = length < 1024 ? 8 : 11;
  const digits = 2 ** digitBits;
  const counts = new Int32Array(digits);
  const orders = [new Int32Array(length), new Int32Array(length)] as const;
  return (values, ranks) => {
    const bits = new Int32Array(values.buffer, values.byteOffset, length);
    let [from, to] = orders;
    for (let i = 0; i < length; i++) from[i] = i;
    for (let shift = 0; shift < BITS; shift += digitBits) {
      counts.fill(0);
      for (let i = 0; i < length; i++)
        counts[((bits[i]! & MAGNITUDE) >>> shift) & (digits - 1)]!++;
      let start = 0;
      for (let digit = 0; digit < digits; digit++) {
        const count = counts[digit]!;
        counts[digit] = start;
        start += count;
      }
      for (let i = 0; i < length; i++) {
        const index = from[i]!;
        const digit = ((bits[index]! & MAGNITUDE) >>> shift) & (digits - 1);
        to[counts[digit]!++] = index;
      }
      [from, to] = [to, from];
    }
    for (let i = 0; i < length; i++) ranks[from[i]!] = i;
  };
}
