/** What a merge made of the task vectors that went into it. */
import type { Params } from "../../checkpoint/index.js";
import { STRATA, strataOf } from "./magnitude.js";
import { cosine } from "./overlap.js";
import { survival } from "./survival.js";

/** A merged change Δ = merged − base beside the task vectors τ_m = expert − base. */
export interface MergeEffect {
  /** Share of the entries that differ from the base. */
  moved: number;
  /** ‖Δ‖ / mean ‖τ_m‖. */
  length: number;
  /** Cosine of Δ and Σ τ_m; null when one of them is zero. */
  cosine: number | null;
  /** ⟨Δ, τ_m⟩ / ‖τ_m‖² of each expert: the share of its own step that the merge takes. */
  taken: number[];
  /** Shares of the experts' movement Σ_m |τ_m|, together 1: at entries where Δ has the same sign, */
  carried: number;
  /** the other sign, */
  overruled: number;
  /** and is zero. */
  dropped: number;
  /** mean |Δ| / mean |τ_m| in 20 strata of entries by the largest |τ_m|, from the smallest up; null where nothing moved. */
  reach: (number | null)[];
  /** Share of the moved entries that still differ after rounding to bfloat16; null when none moved. */
  survived: number | null;
  /** ‖Δ′ − Δ‖ / ‖Δ‖, Δ′ what rounding left of Δ; null when none moved. */
  error: number | null;
}

/** The values of a model in one array, tensors in the order of the base. */
function flat(params: Params, order: Params): Float32Array {
  const sizes = [...order.values()].map(({ data }) => data.length);
  const out = new Float32Array(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  for (const name of order.keys()) {
    const { data } = params.get(name)!;
    out.set(data, at);
    at += data.length;
  }
  return out;
}

/** Differences in float64, where they are exact. */
function difference(after: Float32Array, before: Float32Array): Float64Array {
  const out = new Float64Array(after.length);
  for (let i = 0; i < out.length; i++) out[i] = after[i]! - before[i]!;
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** mean |Δ| / mean |τ_m| by stratum of the largest |τ_m|. */
function reachOf(
  change: Float64Array,
  vectors: readonly Float64Array[],
): (number | null)[] {
  const largest = new Float32Array(change.length);
  for (const vector of vectors)
    for (let i = 0; i < largest.length; i++)
      largest[i] = Math.max(largest[i]!, Math.abs(vector[i]!));
  const strata = strataOf(largest);
  const sizes = (values: Float64Array): number[] => {
    const sums = new Array<number>(STRATA).fill(0);
    for (let i = 0; i < values.length; i++)
      sums[strata[i]!]! += Math.abs(values[i]!);
    return sums;
  };
  const merged = sizes(change);
  const experts = vectors
    .map(sizes)
    .reduce((a, b) => a.map((sum, s) => sum + b[s]!))
    .map((sum) => sum / vectors.length);
  return merged.map((sum, s) => (experts[s] === 0 ? null : sum / experts[s]!));
}

/**
 * Compare a merged model with the experts that it was made of. Sums are taken in float64 over all entries of the model.
 *
 * Cost: all models in memory, once more in float64.
 *
 * @param base     parameters that the experts started from
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param merged   the merge, with the same names and shapes
 * @throws RangeError no expert, or one that is equal to the base
 * @example
 * mergeEffect(base, [math, code], merge.average(base, [math, code])).moved
 */
export function mergeEffect(
  base: Params,
  experts: readonly Params[],
  merged: Params,
): MergeEffect {
  const origin = flat(base, base);
  const change = difference(flat(merged, base), origin);
  const vectors = experts.map((expert) =>
    difference(flat(expert, base), origin),
  );
  const squares = vectors.map((vector) => dot(vector, vector));
  if (squares.length === 0 || squares.includes(0))
    throw new RangeError(
      `mergeEffect: experts must differ from base, got ${squares.length === 0 ? "no expert" : `experts[${squares.indexOf(0)}] equal to it`}`,
    );
  const sum = new Float64Array(change.length);
  const movement = { carried: 0, overruled: 0, dropped: 0 };
  for (const vector of vectors) {
    for (let i = 0; i < sum.length; i++) {
      sum[i]! += vector[i]!;
      const product = change[i]! * vector[i]!;
      const part =
        change[i] === 0 ? "dropped" : product < 0 ? "overruled" : "carried";
      movement[part] += Math.abs(vector[i]!);
    }
  }
  const all = movement.carried + movement.overruled + movement.dropped;
  const ownSquares = dot(change, change);
  const norms = squares.map(Math.sqrt).reduce((a, b) => a + b, 0);
  const left = survival(origin, change);
  return {
    moved: left.moved / change.length,
    length: (Math.sqrt(ownSquares) * vectors.length) / norms,
    cosine: cosine(dot(change, sum), ownSquares, dot(sum, sum)),
    taken: vectors.map((vector, m) => dot(change, vector) / squares[m]!),
    carried: movement.carried / all,
    overruled: movement.overruled / all,
    dropped: movement.dropped / all,
    reach: reachOf(change, vectors),
    survived: left.moved === 0 ? null : left.survived / left.moved,
    error:
      left.squares === 0 ? null : Math.sqrt(left.errorSquares / left.squares),
  };
}
