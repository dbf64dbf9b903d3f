/** DELLA's MAGPRUNE: of each row, small changes are dropped with a higher probability than large ones. */
import { rowLength, rowMemory } from "../rowLength.js";
import { type Chances, pruneByRank } from "./pruneByRank.js";
import { remembered, rememberedBytes } from "./remember.js";
import type { Sparsify } from "./sparsify.js";

/** Keep probabilities of a row that spread by `reach` to both sides of the density. */
type Spread = (density: number, reach: number, row: number) => Chances;

function checkReach(density: number, reach: number, name: string): void {
  if (!(density - reach > 0 && density + reach < 1))
    throw new RangeError(
      `della: density ± ${name} must be in (0, 1), got ${density} ± ${reach}`,
    );
}

/** From density + ε / 2 − ε (n − 1) / n up to density + ε / 2, as in the paper. */
const spreadOfPaper: Spread = (density, reach, row) => {
  const epsilon = 2 * reach;
  return {
    lowest: density + reach - (epsilon / row) * (row - 1),
    slope: epsilon / row,
  };
};

/** From density − ε to density + ε, as in mergekit; a row of one entry has no order, and mergekit stops there. */
const spreadOfMergekit: Spread = (density, reach, row) =>
  row === 1
    ? { lowest: density, slope: 0 }
    : { lowest: density - reach, slope: (2 * reach) / (row - 1) };

/** Chances per expert; null where all is kept. */
function chancesOf(
  densities: readonly number[],
  epsilons: readonly number[],
  row: number,
  spread: Spread,
  { share, name }: { share: number; name: string },
): (Chances | null)[] {
  return densities.map((density, m) => {
    if (density === 1) return null;
    const reach = epsilons[m]! * share;
    checkReach(density, reach, name);
    return spread(density, reach, row);
  });
}

/** Keep probabilities spread over ε; each kept entry may be divided by its own. */
export const magprune: Sparsify = {
  unit: rowLength,
  memory: rowMemory,
  begin(_vectors, input, { density, epsilon, rescale }, context) {
    const row = rowLength(input.shape);
    const chances = chancesOf(
      density as readonly number[],
      epsilon as readonly number[],
      row,
      spreadOfPaper,
      { share: 0.5, name: "epsilon / 2" },
    );
    return pruneByRank(input, row, chances, rescale === true, context);
  },
};

/** Keep probabilities spread over 2 ε; nothing is divided. */
export const magpruneOfMergekit: Sparsify = {
  unit: rowLength,
  memory: (tensor, models) =>
    rowMemory(tensor, models) +
    rememberedBytes(
      tensor.shape.reduce((a, b) => a * b, 1),
      models,
    ),
  begin(_vectors, input, { density, epsilon }, context) {
    const row = rowLength(input.shape);
    const chances = chancesOf(
      density as readonly number[],
      epsilon as readonly number[],
      row,
      spreadOfMergekit,
      { share: 1, name: "epsilon" },
    );
    const prune = pruneByRank(input, row, chances, false, context);
    return remembered(prune, input.length, input.experts.length);
  },
};
