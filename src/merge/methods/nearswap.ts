/** Merge by taking over small changes whole and large ones in part. */
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { mergeBlocks, walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `nearswap`. */
export type NearswapOptions = Pick<MergeOptions, "t" | "dialect">;

/** Least difference that `t` is divided by. */
const LEAST = 1e-6;

function swap(
  out: Float32Array,
  base: Float32Array,
  expert: Float32Array,
  t: number,
): void {
  for (let i = 0; i < out.length; i++) {
    const distance = Math.abs(expert[i]! - base[i]!);
    const share = Math.max(0, Math.min(1, t / Math.max(LEAST, distance)));
    out[i] = share * expert[i]! + (1 - share) * base[i]!;
  }
}

/** The row of `nearswap`. */
export const nearswapMethod: MergeMethod = mergeMethod({
  name: "nearswap",
  mergekitName: "nearswap",
  title: "NearSwap",
  paper: "https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001",
  models: { min: 1, max: 1 },
  options: {
    t: {
      type: "number",
      doc: "size of change up to which the expert's value is taken, in units of the weights",
    },
  },
  tensor(input, options, context, emit) {
    const t = options.t as number;
    mergeBlocks(walk(input, context), emit, (out, base, [expert]) =>
      swap(out, base, expert!, t),
    );
  },
});

/**
 * Take the expert's value where it is near the base's, and move by `t` at most where it is far:
 *
 *   merged = base + s · (expert − base),  s = min(1, t / |expert − base|)
 *
 * Source: Alchemonaut, QuartetAnemoi-70B-t0.0001; there is no paper.
 *
 * @param base     parameters
 * @param experts  one parameter map with the names and shapes of `base`
 * @param options  t: size of change up to which the expert's value is taken, in units of the weights; must be given
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError not one expert, t missing, a value not finite · ShapeError models do not fit together
 * @example
 * merge.nearswap(base, [math], { t: 0.0001 })
 */
export const nearswap: Merge<NearswapOptions> = nearswapMethod.merge;
