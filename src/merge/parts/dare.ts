/** DARE on the way to a method: changes of experts dropped at random, the others scaled up. */
import { inArena } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import { fillUniform, key, type Key } from "../../random.js";
import type { MergeOptions } from "../mergeOptions.js";
import { FRACTION } from "../optionSpecs.js";
import { BLOCK, type Walk } from "./walk.js";
import type {
  MergeContext,
  OptionSpec,
  TensorInput,
  TensorOptions,
} from "../tensor.js";

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

/** Random numbers of one tensor of one expert. */
export const streamOf = (seed: number, id: string, tensor: string): Key =>
  key(seed, `dare/${id}/${tensor}`);

const DRAWS = new Float64Array(BLOCK);

/** Set the entries of a block back to the base, or scale their change, as the stream of the expert says. */
export function drop(
  expert: Float32Array,
  base: Float32Array,
  start: number,
  stream: Key,
  density: number,
  scale: number,
): void {
  if (inArena(expert, base)) {
    // Of the 53 bits of a uniform number, those below this one are below the density.
    const least = Math.ceil(density * 2 ** 53);
    kernels.dropToBase(
      expert.byteOffset,
      base.byteOffset,
      expert.length,
      stream.k0,
      stream.k1,
      start,
      Math.trunc(least / 2 ** 26),
      least % 2 ** 26,
      scale,
    );
    return;
  }
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
