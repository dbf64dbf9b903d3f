/** DARE: drop changes at random and scale up the rest, before another method merges. */
import type { Params } from "../../checkpoint/index.js";
import { fillUniform, key, type Key } from "../../random.js";
import type { MergeOptions } from "../mergeOptions.js";
import { checkDensity, checkModels } from "../models.js";
import { FRACTION } from "../options.js";
import { BLOCK, type Walk } from "./walk.js";
import type {
  MergeContext,
  OptionSpec,
  TensorInput,
  TensorOptions,
} from "../tensor.js";

/** Options of `dare`. */
export interface DareOptions {
  /** Probability that an entry is kept, (0, 1]; default 0.2. */
  density?: number;
  /** Divide what is kept by the density, so that the expected task vector stays; default true. */
  rescale?: boolean;
  /** Seed of the drops; default 0. */
  seed?: number;
}

/** Options that DARE adds to a method. */
export type WithDare = Pick<MergeOptions, "dareDensity" | "rescale" | "seed">;

/** What the options are that DARE adds to a method; the authors' code keeps 0.8 where the paper keeps 0.2. */
export const DARE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  dareDensity: {
    type: "number",
    default: 0.2,
    defaults: { "m2rl-code": 0.8 },
    range: FRACTION,
    doc: "probability that DARE keeps an entry",
    dialects: ["paper", "m2rl-code"],
  },
  rescale: {
    type: "boolean",
    default: true,
    doc: "divide what DARE keeps by its density; in mergekit, scale it to the sum of magnitudes that the task vector had",
  },
};

const streamOf = (seed: number, id: string, tensor: string): Key =>
  key(seed, `dare/${id}/${tensor}`);

const DRAWS = new Float64Array(BLOCK);

/** Set the entries of a block back to the base, or scale their change, as the stream of the expert says. */
function drop(
  expert: Float32Array,
  base: Float32Array,
  start: number,
  stream: Key,
  density: number,
  scale: number,
): void {
  const draws = DRAWS.subarray(0, expert.length);
  fillUniform(stream, start, draws);
  for (let i = 0; i < expert.length; i++) {
    const value = expert[i]!;
    const origin = base[i]!;
    if (value === origin || draws[i]! >= density) expert[i] = origin;
    // Without a scale the kept value is the expert's own; the detour over the difference could round it.
    else if (scale !== 1) expert[i] = origin + (value - origin) * scale;
  }
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
    return models.finish(dropped);
  });
}

/** The experts of a tensor after DARE, on the way to the method that merges them. */
export function dared(
  models: Walk,
  { name, ids }: TensorInput,
  { dareDensity, rescale }: TensorOptions,
  { seed }: MergeContext,
): Walk {
  const density = dareDensity as number;
  const scale = rescale === true ? 1 / density : 1;
  if (density === 1) return models;
  const streams = ids.map((id) => streamOf(seed, id, name));
  return {
    ...models,
    each(visit, pieces) {
      models.each((start, base, experts) => {
        experts.forEach((expert, m) =>
          drop(expert, base, start, streams[m]!, density, scale),
        );
        visit(start, base, experts);
      }, pieces);
    },
  };
}
