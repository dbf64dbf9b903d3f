/** What a model gained over SFT, item by item, and how alike two such gains are. */

/**
 * Gains of a model over SFT, item by item.
 *
 *   g(i) = max(a(i) − a_SFT(i), 0)
 *
 * Source: paper §3.5.
 *
 * @param accuracy  share of right samples of each item
 * @throws RangeError the two differ in their number of items
 * @example
 * gainVector([1, 0.5], [0.5, 1]) // [0.5, 0]
 */
export function gainVector(
  accuracy: readonly number[],
  sft: readonly number[],
): number[] {
  if (accuracy.length !== sft.length)
    throw new RangeError(
      `gainVector: accuracy and sft must have the same items, got ${accuracy.length} and ${sft.length}`,
    );
  return accuracy.map((a, i) => Math.max(a - sft[i]!, 0));
}

/**
 * Element-wise maximum of the experts' gains: what the experts learned together.
 *
 * Source: paper §3.5.
 *
 * @throws RangeError there is no expert, or they differ in their number of items
 * @example
 * unionGain([[0.5, 0], [0, 1]]) // [0.5, 1]
 */
export function unionGain(gains: readonly (readonly number[])[]): number[] {
  const [first, ...others] = gains;
  if (first === undefined)
    throw new RangeError("unionGain: gains must not be empty, got 0 experts");
  for (const other of others)
    if (other.length !== first.length)
      throw new RangeError(
        `unionGain: gains must have the same items, got ${first.length} and ${other.length}`,
      );
  return first.map((g, i) => Math.max(g, ...others.map((other) => other[i]!)));
}

/**
 * Cosine of two gain vectors; NaN where one of them is 0 everywhere.
 *
 * @example
 * gainCosine([1, 0], [1, 1]) // 0.7071…
 */
export function gainCosine(a: readonly number[], b: readonly number[]): number {
  return cosineOver(
    a,
    b,
    a.map((_, i) => i),
  );
}

/** The cosine over chosen items only; an item may be chosen several times. */
export function cosineOver(
  a: readonly number[],
  b: readonly number[],
  items: readonly number[],
): number {
  let product = 0;
  let aa = 0;
  let bb = 0;
  for (const i of items) {
    product += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return product / Math.sqrt(aa * bb);
}
