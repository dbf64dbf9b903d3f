/** The second half of most methods: weigh task vectors, elect signs, sum what agrees, divide, scale, add to the base. */
import { addresses, inArena, numbers, scoped } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Emit } from "../tensor.js";
import { inPairs, sumWeighted } from "./sum.js";
import { mergeBlocks, type Step, type Walk } from "./walk.js";
import { total } from "../../stats/index.js";

/** How task vectors become one. */
export interface TaskVectorSum {
  /** Weight of each expert, in the sum and in the divisor. */
  weights: readonly number[];
  /** Further factors that count in the sum alone; default 1. */
  factors?: readonly number[];
  /** Weight of each expert in the vote on signs; default: as in the sum. */
  voteWeights?: readonly number[];
  /** Sum only the entries with the sign of the weighted sum; where that is zero, with this sign (1, −1), or none (0). */
  onZero?: number;
  /** Divide by the sum of the weights that took part; a sum of zero divides by 1. */
  normalize: boolean;
  /** Least divisor; default none. */
  leastDivisor?: number;
  /** Scale of the result. */
  lambda: number;
}

/** votes = the signs of the sums; `onZero` where a sum is zero. */
export function vote(
  votes: Float64Array,
  sum: Float64Array,
  onZero: number,
): void {
  for (let i = 0; i < sum.length; i++) {
    const value = sum[i]!;
    votes[i] = +(value > 0) - +(value < 0) + +(value === 0) * onZero;
  }
}

/** What is summed, and what it is divided by. */
interface Sums {
  sum: Float64Array;
  divisor: Float64Array;
}

/** One expert's part in a sum. */
interface Share {
  values: Float32Array;
  factor: number;
  weight: number;
}

// In these loops a truth value is a number, never a branch: half of the votes would be guessed wrong by the processor.
function addAgreeing(
  { sum, divisor }: Sums,
  votes: Float64Array,
  { values: a, factor: fa, weight: wa }: Share,
  { values: b, factor: fb, weight: wb }: Share,
): void {
  for (let i = 0; i < a.length; i++) {
    const va = fa * a[i]!;
    const vb = fb * b[i]!;
    const sign = votes[i]!;
    const agreesA = +(va * sign > 0);
    const agreesB = +(vb * sign > 0);
    sum[i] = sum[i]! + agreesA * va + agreesB * vb;
    divisor[i] = divisor[i]! + agreesA * wa + agreesB * wb;
  }
}

/** Sums of what agrees with the sign of the plain sums, and of the weights that took part; reused by the next call. */
function agreeing(
  factors: Float64Array,
  weights: Float64Array,
  onZero: number,
): (models: readonly Float32Array[], plain: Float64Array) => Sums {
  let scratch: Float64Array[] = [];
  const share = (values: Float32Array, m: number): Share => ({
    values,
    factor: factors[m] ?? 0,
    weight: weights[m] ?? 0,
  });
  return (models, plain) => {
    const { length } = plain;
    if ((scratch[0]?.length ?? 0) < length)
      scratch = [0, 1, 2].map(() => new Float64Array(length));
    const [votes, sum, divisor] = scratch.map((array) =>
      array.subarray(0, length).fill(0),
    ) as [Float64Array, Float64Array, Float64Array];
    vote(votes, plain, onZero);
    inPairs(models, (a, b, m) =>
      addAgreeing({ sum, divisor }, votes, share(a, m), share(b, m + 1)),
    );
    return { sum, divisor };
  };
}

function addScaled(
  out: Float32Array,
  base: Float32Array,
  sum: Float64Array,
  lambda: number,
): void {
  for (let i = 0; i < out.length; i++)
    out[i] = base[i]! + lambda * Math.fround(sum[i]!);
}

function raise(values: Float64Array, least: number): void {
  for (let i = 0; i < values.length; i++)
    if (values[i]! < least) values[i] = least;
}

function addQuotient(
  out: Float32Array,
  base: Float32Array,
  sum: Float64Array,
  divisor: Float64Array,
  lambda: number,
): void {
  for (let i = 0; i < out.length; i++) {
    const by = divisor[i]!;
    out[i] = base[i]! + lambda * Math.fround(sum[i]! / (by + +(by === 0)));
  }
}

/** A sum of weights as a divisor where all experts take part; close to zero it divides by 1. */
function divisorOf(weights: readonly number[]): number {
  const sum = total(weights);
  return Math.abs(sum) < 1e-8 ? 1 : sum;
}

/** base + λ · Σ_m f_m τ_m. */
function summing(factors: readonly number[], lambda: number): Step {
  const sum = sumWeighted(factors);
  return (out, base, models) => {
    if (!inArena(out, base, ...models))
      addScaled(out, base, sum(models), lambda);
    else
      scoped(() =>
        kernels.addSum(
          out.byteOffset,
          base.byteOffset,
          out.length,
          addresses(models),
          models.length,
          numbers(factors),
          lambda,
        ),
      );
  };
}

/** The same of the entries that agree with the vote. */
function electing(
  {
    weights,
    voteWeights,
    onZero,
    normalize,
    leastDivisor,
    lambda,
  }: TaskVectorSum,
  factors: readonly number[],
): Step {
  const sum = sumWeighted(voteWeights ?? factors);
  // From a Float64Array weights come as floating point numbers; as small integers, their products with truth values would be
  // multiplied as integers, with a branch for −0.
  const sumAgreeing = agreeing(
    Float64Array.from(factors),
    Float64Array.from(weights),
    onZero!,
  );
  const three = factors.flatMap((factor, m) => [
    voteWeights?.[m] ?? factor,
    factor,
    weights[m]!,
  ]);
  return (out, base, models) => {
    if (!inArena(out, base, ...models)) {
      const { sum: agreed, divisor } = sumAgreeing(models, sum(models));
      if (leastDivisor !== undefined) raise(divisor, leastDivisor);
      if (normalize) addQuotient(out, base, agreed, divisor, lambda);
      else addScaled(out, base, agreed, lambda);
    } else
      scoped(() =>
        kernels.addAgreeing(
          out.byteOffset,
          base.byteOffset,
          out.length,
          addresses(models),
          models.length,
          numbers(three),
          onZero!,
          normalize,
          leastDivisor ?? -Infinity,
          lambda,
        ),
      );
  };
}

/**
 * What `mergeTaskVectors` does with a block.
 *
 * @example
 * taskVectorStep({ weights: [1], normalize: false, lambda: 1 })
 */
export function taskVectorStep(how: TaskVectorSum): Step {
  const { weights, onZero, normalize, lambda } = how;
  const factors = weights.map((weight, m) => weight * (how.factors?.[m] ?? 1));
  if (onZero !== undefined) return electing(how, factors);
  const by = normalize ? divisorOf(weights) : 1;
  return summing(
    factors.map((factor) => factor / by),
    lambda,
  );
}

/**
 * Merge task vectors:
 *
 *   merged = base + λ · Σ_m f_m w_m τ_m [agrees] / Σ_m w_m [agrees]
 *
 * Sums are taken in float64, in the order of the experts; their quotient is rounded to float32 before λ scales it.
 */
export function mergeTaskVectors(
  vectors: Walk,
  emit: Emit,
  how: TaskVectorSum,
): void {
  mergeBlocks(vectors, emit, taskVectorStep(how));
}
