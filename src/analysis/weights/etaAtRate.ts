/** The tolerance at which a wanted share of the weights counts as changed. */

/**
 * η at which a share `rate` of the weights is changed, between the two points of a measured curve around it; on a logarithmic scale
 * of η, to two digits.
 *
 * Float32 experts change nearly all of their weights by more than the paper's 0.1 %; masks that hold nearly everything overlap
 * whatever was trained. At the paper's share of changed weights its comparison means what it means in the paper.
 *
 * @param curve  share of changed weights by η, falling with it
 * @param rate   (0, 1)
 * @returns η; the curve's end where it does not reach the rate
 * @throws RangeError the curve is empty
 * @example
 * etaAtRate([{ eta: 0.01, rate: 0.5 }, { eta: 0.1, rate: 0.1 }], 0.3) // 0.032
 */
export function etaAtRate(
  curve: readonly { eta: number; rate: number }[],
  rate: number,
): number {
  const points = [...curve].sort((a, b) => a.eta - b.eta);
  const below = points.find((point) => point.rate < rate);
  const above = points.filter((point) => point.rate >= rate).at(-1);
  const end = above ?? below;
  if (end === undefined)
    throw new RangeError("etaAtRate: curve must not be empty, got 0 points");
  if (above === undefined || below === undefined) return end.eta;
  const share = (above.rate - rate) / (above.rate - below.rate);
  return Number((above.eta * (below.eta / above.eta) ** share).toPrecision(2));
}
