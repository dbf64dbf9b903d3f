/** Drops entries of task vectors at random: mergekit's "bernoulli". */
import { key } from "../../../random.js";
import { words } from "../../kernels/arena.js";
import type { MergeContext, TensorInput } from "../../tensor.js";
import { dropMasked, fillMasks, MASK } from "./bernoulli.js";
import type { Drop } from "./sparsify.js";
import { BLOCK } from "../walk.js";

/**
 * Keep each entry of a task vector with the density of its expert. Which ones depends on (seed, name of the expert, name of the
 * tensor, entry) alone, so that every walk drops the same.
 */
export function randomDrop(
  { name, ids }: TensorInput,
  densities: readonly number[],
  { seed }: MergeContext,
): () => Drop {
  const streams = ids.map((id) => key(seed, `bernoulli/${id}/${name}`));
  const scratch = words(BLOCK / MASK);
  const drop: Drop = (start, models) =>
    models.forEach((values, m) => {
      if (densities[m] === 1) return;
      const masks = scratch.subarray(0, Math.ceil(values.length / MASK));
      fillMasks(streams[m]!, densities[m]!, start / MASK, masks);
      dropMasked(values, masks);
    });
  return () => drop;
}
