/** DARE: drop changes at random and scale up the rest, before another method merges. */
import type { Params } from "../../checkpoint/index.js";
import { readAll } from "../inMemory.js";
import { checkDensity, checkModels } from "../models.js";
import { drop, streamOf } from "../parts/dare.js";
import { BLOCK } from "../parts/walk.js";

/** Options of `dare`. */
export interface DareOptions {
  /** Probability that an entry is kept, (0, 1]; default 0.2. */
  density?: number;
  /** Divide what is kept by the density, so that the expected task vector stays; default true. */
  rescale?: boolean;
  /** Seed of the drops; default 0. */
  seed?: number;
}

/**
 * Drop entries of each task vector at random and rescale the others:
 *
 *   expert′ = base + τ · keep / density,  keep ~ Bernoulli(density) per entry
 *
 * A transform of experts, to be followed by a method: `ties(base, dare(base, experts))`. Drops depend on (seed, position of the
 * expert, tensor name, entry) alone, so they are the same on every machine and in every order of tensors.
 *
 * Source: Yu et al. 2024 (arXiv 2311.03099); paper Table 4, rows "+DARE", which say drop rate 0.8, that is density 0.2. The authors'
 * code runs with drop rate 0.2, that is density 0.8.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  density: probability kept, (0, 1], default 0.2 · rescale: default true · seed: default 0
 * @returns new experts, names, shapes and dtypes as they were; density 1 returns equal experts
 * @throws RangeError no expert, density outside (0, 1], seed not a safe integer, a value not finite · ShapeError a tensor is missing
 *   or differs in shape
 * @example
 * merge.taskArithmetic(base, merge.dare(base, [math, code], { density: 0.2, seed: 1 }))
 */
export function dare(
  base: Params,
  experts: readonly Params[],
  { density = 0.2, rescale = true, seed = 0 }: DareOptions = {},
): Params[] {
  checkDensity("dare", density);
  const models = checkModels("dare", base, experts);
  const scale = rescale ? 1 / density : 1;
  return models.experts.map((expert, index) => {
    const dropped: Params = new Map();
    for (const [name, { data: origin }] of models.base) {
      const { dtype, shape, data } = expert.get(name)!;
      const stream = streamOf(seed, `${index}`, name);
      const kept = data.slice();
      for (let at = 0; at < kept.length; at += BLOCK) {
        const [block, from] = [kept, origin].map((all) =>
          all.subarray(at, at + BLOCK),
        ) as [Float32Array, Float32Array];
        drop(block, from, at, stream, density, scale);
      }
      dropped.set(name, { dtype, shape: [...shape], data: kept });
    }
    return readAll(models.finish(dropped));
  });
}
