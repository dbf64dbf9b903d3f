/** Merge by SCE: select entries, weigh experts by how much they changed a tensor, erase minority signs. */
import { DIALECTS } from "../dialects.js";
import type { MergeOptions } from "../mergeOptions.js";
import { total } from "../../stats/index.js";
import { mergeMethod } from "../method.js";
import { FRACTION, lambdaOption } from "../optionSpecs.js";
import { energies } from "../parts/energies.js";
import { mergeTaskVectors } from "../parts/mergeTaskVectors.js";
import { mostVaried } from "../parts/sparsify/variance.js";
import { taskVectors, walk, type Walk } from "../parts/walk.js";
import type {
  Dialect,
  Emit,
  Merge,
  MergeContext,
  MergeMethod,
  TensorOptions,
} from "../tensor.js";

/** Options of `sce`. */
export type SceOptions = Pick<
  MergeOptions,
  "lambda" | "selectTopk" | "dialect"
>;

/** Below this sum of mean squares mergekit weighs experts alike; of RL experts it nearly always does. */
const MERGEKIT_LEAST = 1e-6;

/** Shares of the experts in the energy of a tensor; equal when the energy is zero. */
function shares(sums: readonly number[]): number[] {
  const all = total(sums);
  return sums.map((energy) => (all === 0 ? 1 / sums.length : energy / all));
}

/**
 * Weights of the experts for one tensor: mean squares of their task vectors, normalised to sum 1; equal when all are zero.
 *
 *   c_m = mean(τ_m²) / Σ_k mean(τ_k²)
 *
 * @example
 * energyWeights([new Float32Array([3, 0]), new Float32Array([0, 4])]) // [0.36, 0.64]
 */
export function energyWeights(deltas: readonly Float32Array[]): number[] {
  return shares(
    deltas.map((delta) => delta.reduce((sum, value) => sum + value * value, 0)),
  );
}

function weightsOf(vectors: Walk, dialect: Dialect): number[] {
  const sums = [...energies(vectors)];
  const meanSquares = total(sums) / vectors.length;
  return dialect === "mergekit" && meanSquares < MERGEKIT_LEAST
    ? sums.map(() => 1 / sums.length)
    : shares(sums);
}

function selected(vectors: Walk, topk: number, dialect: Dialect): Walk {
  if (topk === 1) return vectors;
  return mostVaried(vectors, (nonZero) =>
    dialect === "mergekit"
      ? // mergekit multiplies in float32.
        Math.trunc(Math.fround(Math.fround(nonZero) * Math.fround(topk)))
      : Math.trunc(nonZero * topk),
  );
}

/** Merge the task vectors of a tensor. */
export function mergeSce(
  vectors: Walk,
  options: TensorOptions,
  { dialect }: MergeContext,
  emit: Emit,
): void {
  const chosen = selected(vectors, options.selectTopk as number, dialect);
  const weights = weightsOf(chosen, dialect);
  // In the authors' code the selection says what the weights are, and nothing else.
  mergeTaskVectors(dialect === "m2rl-code" ? vectors : chosen, emit, {
    weights,
    voteWeights: weights.map(() => 1),
    onZero: 1,
    normalize: true,
    leastDivisor: dialect === "mergekit" ? MERGEKIT_LEAST : undefined,
    lambda: (options.lambda as number | undefined) ?? 1,
  });
}

/** The row of `sce`. */
export const sceMethod: MergeMethod = mergeMethod({
  name: "sce",
  mergekitName: "sce",
  title: "SCE",
  style: { label: "SCE", color: "#6b3fa0", dash: "2 2.5", symbol: "circle" },
  paper: "https://arxiv.org/abs/2408.07990",
  dialects: DIALECTS,
  options: {
    lambda: { ...lambdaOption(1), dialects: ["paper", "m2rl-code"] },
    selectTopk: {
      type: "number",
      default: 1,
      range: FRACTION,
      mergekitName: "select_topk",
      doc: "fraction of entries kept, of those on which experts differ: the ones of largest variance",
    },
  },
  tensor: (input, options, context, emit) =>
    mergeSce(taskVectors(walk(input, context)), options, context, emit),
});

/**
 * Merge experts by SCE: per tensor, keep the entries on which experts differ most (select), weigh each expert by the mean square of
 * its task vector (calculate), and average with these weights the entries that have the sign of the plain sum (erase); a zero sum
 * counts as positive.
 *
 *   merged = base + λ · Σ_m c_m τ_m [sign τ_m = s] / Σ_m c_m [sign τ_m = s]
 *
 * Source: Wan et al. 2024 (arXiv 2408.07990); paper Table 4, row "SCE", whose runs keep every entry (select_topk = 1.0).
 * Deviates: nothing in dialect "paper". Dialect "m2rl-code" lets the selection touch the weights alone; dialect "mergekit" weighs
 * experts alike when Σ mean(τ²) < 1e-6 (typical of RL), divides by no less than 1e-6, and has no λ.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: unitless, default 1 · selectTopk: fraction selected, (0, 1], default 1
 * @returns new parameters, names, shapes and dtypes of `base`; task vectors in float32, sums in float64
 * @throws RangeError no expert, lambda or a value not finite · ShapeError a tensor is missing or differs in shape
 * @example
 * merge.sce(base, [math, code])
 */
export const sce: Merge<SceOptions> = sceMethod.merge;
