/** Merge by Model Stock: how far to trust the mean of the experts, from the angle between them. */
import type { MergeOptions } from "../../mergeOptions.js";
import { mergeMethod } from "../../method.js";
import { mergeCombination } from "../../parts/combine.js";
import { dot, gram } from "../../parts/dots.js";
import { rowLength } from "../../parts/rowLength.js";
import { sumWeighted } from "../../parts/sum.js";
import { mergeBlocks, taskVectors, walk, type Walk } from "../../parts/walk.js";
import type { Dialect, Emit, Merge, MergeMethod } from "../../tensor.js";

/** Options of `modelStock`. */
export type ModelStockOptions = Pick<MergeOptions, "filterWise" | "dialect">;

/** Below this, mergekit treats a product of norms, and a denominator, as zero. */
const MERGEKIT_TINY = 1e-6;

/** Share of the mean in the merged tensor, from the inner products of the task vectors. */
function share(
  products: readonly (readonly number[])[],
  dialect: Dialect,
): number {
  const count = products.length;
  const least = dialect === "mergekit" ? MERGEKIT_TINY : 0;
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const norms = Math.sqrt(products[i]![i]! * products[j]![j]!);
      const by = Math.max(norms, least);
      // A task vector of zero has no direction: it is as good as orthogonal.
      sum += by === 0 ? 0 : Math.max(-1, Math.min(1, products[i]![j]! / by));
    }
  const cosine = sum / ((count * (count - 1)) / 2);
  const denominator = 1 + (count - 1) * cosine;
  // Task vectors that cancel out leave the base.
  return Math.abs(denominator) < MERGEKIT_TINY
    ? 0
    : (count * cosine) / denominator;
}

/** One share per row. */
function mergeRows(
  vectors: Walk,
  length: number,
  dialect: Dialect,
  emit: Emit,
): void {
  const count = vectors.models;
  const sum = sumWeighted(Array<number>(count).fill(1 / count));
  mergeBlocks(vectors, emit, (out, base, models) => {
    for (let from = 0; from < out.length; from += length) {
      const rows = models.map((model) => model.subarray(from, from + length));
      const t = share(
        rows.map((a) => rows.map((b) => dot(a, b))),
        dialect,
      );
      const mean = sum(rows);
      for (let i = 0; i < mean.length; i++)
        out[from + i] = base[from + i]! + t * mean[i]!;
    }
  });
}

/** The row of `modelStock`. */
export const modelStockMethod: MergeMethod = mergeMethod({
  name: "modelStock",
  mergekitName: "model_stock",
  title: "Model Stock",
  paper: "https://arxiv.org/abs/2403.19522",
  models: { min: 2 },
  options: {
    filterWise: {
      type: "boolean",
      default: false,
      mergekitName: "filter_wise",
      doc: "one angle per row instead of one per tensor",
    },
  },
  tensor(input, options, context, emit) {
    const { dialect } = context;
    if (options.filterWise === true) {
      const length = rowLength(input.shape);
      const vectors = taskVectors(walk(input, context, length));
      mergeRows(vectors, length, dialect, emit);
      return;
    }
    const vectors = taskVectors(walk(input, context));
    const t = share(gram(vectors), dialect);
    const { models: count } = vectors;
    mergeCombination(vectors, 1, Array<number>(count).fill(t / count), emit);
  },
});

/**
 * Merge experts by Model Stock: go from the base towards their mean, the further the more their task vectors agree.
 *
 *   merged = base + t · (1/M) Σ_m τ_m,  t = M c / (1 + (M − 1) c),  c the mean cosine of two task vectors
 *
 * Source: Jang et al. 2024 (arXiv 2403.19522), Eq. 4–7.
 * Deviates: dialect "mergekit" takes a product of two norms for at least 1e-6, so that c is too small for the small task vectors of
 * RL and of norm layers. Task vectors that cancel out leave the base.
 *
 * @param base     parameters
 * @param experts  M ≥ 2 parameter maps with the names and shapes of `base`
 * @param options  filterWise: one c per row of the last axis instead of one per tensor, default false
 * @returns new parameters, names, shapes and dtypes of `base`; inner products and sums in float64
 * @throws RangeError fewer than two experts, a value not finite · ShapeError models do not fit together
 * @example
 * merge.modelStock(base, [math, code])
 */
export const modelStock: Merge<ModelStockOptions> = modelStockMethod.merge;
