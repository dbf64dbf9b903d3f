/** Exact selection by magnitude over many arrays, without sorting. */

// A float32 without its sign bit orders as its magnitude does: 16 high bits choose a bucket, 15 low bits the value.
const HIGH_BUCKETS = 2 ** 16;
const LOW_BITS = 15;
const LOW_BUCKETS = 2 ** LOW_BITS;
const MAGNITUDE = 0x7fffffff;

const bitsOf = (array: Float32Array): Uint32Array =>
  new Uint32Array(array.buffer, array.byteOffset, array.length);

/** Bucket that holds the `rank`-th entry (1-based) of a histogram, and the rank inside it. */
function locate(
  counts: Uint32Array,
  rank: number,
): { bucket: number; rank: number } {
  let bucket = 0;
  while (rank > counts[bucket]!) rank -= counts[bucket++]!;
  return { bucket, rank };
}

/**
 * The k-th smallest magnitude over all entries of all arrays, as `torch.kthvalue(|x|, k)` gives it.
 *
 * Cost: two passes of counting over the bits, whatever k is.
 *
 * @param arrays  float32 values without NaN
 * @param k       rank, 1 … total number of entries
 * @throws RangeError k is out of range
 * @example
 * kthMagnitude([new Float32Array([3, -1]), new Float32Array([2])], 2) // 2
 */
export function kthMagnitude(
  arrays: readonly Float32Array[],
  k: number,
): number {
  const total = arrays.reduce((sum, array) => sum + array.length, 0);
  if (!Number.isInteger(k) || k < 1 || k > total) {
    throw new RangeError(
      `kthMagnitude: k must be an integer in [1, ${total}], got ${k}`,
    );
  }
  const high = new Uint32Array(HIGH_BUCKETS);
  for (const bits of arrays.map(bitsOf)) {
    for (let i = 0; i < bits.length; i++)
      high[(bits[i]! & MAGNITUDE) >>> LOW_BITS]!++;
  }
  const { bucket, rank } = locate(high, k);
  const low = new Uint32Array(LOW_BUCKETS);
  for (const bits of arrays.map(bitsOf)) {
    for (let i = 0; i < bits.length; i++) {
      const magnitude = bits[i]! & MAGNITUDE;
      if (magnitude >>> LOW_BITS === bucket)
        low[magnitude & (LOW_BUCKETS - 1)]!++;
    }
  }
  const found = Uint32Array.of((bucket << LOW_BITS) | locate(low, rank).bucket);
  return new Float32Array(found.buffer)[0]!;
}
