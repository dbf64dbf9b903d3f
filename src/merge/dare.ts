/** DARE: drop changes at random and scale up the rest, before another method merges. */
import type { Params } from "../checkpoint/index.js";
import { key, uniform } from "../random.js";
import { checkDensity, checkModels } from "./models.js";

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
    for (const [name, { data: start }] of models.base) {
      const { dtype, shape, data } = expert.get(name)!;
      const stream = key(seed, `dare/${index}/${name}`);
      const kept = start.slice();
      for (let i = 0; i < kept.length; i++) {
        if (data[i] === start[i] || uniform(stream, i) >= density) continue;
        // Without a scale the kept value is the expert's own; the detour over the difference could round it.
        kept[i] =
          scale === 1 ? data[i]! : start[i]! + (data[i]! - start[i]!) * scale;
      }
      dropped.set(name, { dtype, shape: [...shape], data: kept });
    }
    return models.finish(dropped);
  });
}
