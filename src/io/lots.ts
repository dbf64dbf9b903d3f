/** Puts tensors together that a thread takes in one job: of very many small ones each message would cost more than the work. */

/** Entries from which on a job is worth its message. */
const LOT = 2 ** 20;

/** Entries that take as long as what a tensor takes beside its own. */
const BESIDE = 2 ** 12;

/**
 * Tensors in lots, in their order; one with a lot's entries is alone unless small ones stand before it.
 *
 * @param elementsOf  entries of a tensor
 * @example
 * lotsOf([3, 1, 2], () => 2 ** 19) // [[3, 1], [2]]
 */
export function lotsOf<Tensor>(
  tensors: readonly Tensor[],
  elementsOf: (tensor: Tensor) => number,
): Tensor[][] {
  const lots: Tensor[][] = [];
  let filled = LOT;
  for (const tensor of tensors) {
    if (filled >= LOT) {
      lots.push([]);
      filled = 0;
    }
    lots.at(-1)!.push(tensor);
    filled += elementsOf(tensor) + BESIDE;
  }
  return lots;
}
