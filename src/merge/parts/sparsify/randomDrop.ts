/** Drops entries of task vectors at random: mergekit's "bernoulli". */
import { key } from "../../../random.js";
import { words } from "../../kernels/arena.js";
import { BLOCK } from "../walk.js";
import { dropMasked, fillMasks, MASK } from "./bernoulli.js";
import { remembered, rememberedBytes } from "./remember.js";
import type { Drop, Sparsify } from "./sparsify.js";

/**
 * Each entry with the density of its expert. Which ones stay depends on (seed, name of the expert, name of the tensor, entry) alone.
 */
export const randomEntries: Sparsify = {
  memory: ({ shape }, models) =>
    rememberedBytes(
      shape.reduce((a, b) => a * b, 1),
      models,
    ),
  begin(vectors, { name, ids }, { density, rescale }, { seed }) {
    const densities = density as readonly number[];
    const streams = ids.map((id) => key(seed, `bernoulli/${id}/${name}`));
    const scratch = words(BLOCK / MASK);
    const drop: Drop = (start, models) =>
      models.forEach((values, m) => {
        if (densities[m] === 1) return;
        const masks = scratch.subarray(0, Math.ceil(values.length / MASK));
        fillMasks(streams[m]!, densities[m]!, start / MASK, masks);
        dropMasked(values, masks);
      });
    // Scaled to the sum before, a tensor is walked twice.
    return rescale === true
      ? remembered(() => drop, vectors.length, ids.length)
      : () => drop;
  },
};
