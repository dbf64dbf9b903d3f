/** Merge by consensus task arithmetic: only entries that matter to several experts. */
import type { MergeOptions } from "../mergeOptions.js";
import { mergeMethod } from "../method.js";
import { lambdaOption, NOT_NEGATIVE } from "../optionSpecs.js";
import { sumWeighted } from "../parts/sum.js";
import { BLOCK, mergeBlocks, taskVectors, walk } from "../parts/walk.js";
import type { Merge, MergeMethod } from "../tensor.js";

/** Options of `consensusTaskArithmetic`. */
export type ConsensusTaskArithmeticOptions = Pick<
  MergeOptions,
  "lambda" | "tallLambda" | "consensus"
>;

/** Count one more expert where its change stands out from the sum of the others'. */
function addVotes(
  votes: Int32Array,
  values: Float32Array,
  sum: Float64Array,
  tallLambda: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    votes[i] =
      votes[i]! + +(Math.abs(value) >= tallLambda * Math.abs(sum[i]! - value));
  }
}

/** The row of `consensusTaskArithmetic`. */
export const consensusTaskArithmeticMethod: MergeMethod = mergeMethod({
  name: "consensusTaskArithmetic",
  title: "Consensus TA",
  paper: "https://arxiv.org/abs/2405.07813",
  dialects: ["paper"],
  options: {
    lambda: lambdaOption(1),
    tallLambda: {
      type: "number",
      default: 0.4,
      range: NOT_NEGATIVE,
      doc: "an expert's change counts where it is at least this share of what all others changed there",
    },
    consensus: {
      type: "integer",
      default: 2,
      range: NOT_NEGATIVE,
      doc: "number of experts for which an entry must count",
    },
  },
  tensor(input, options, context, emit) {
    const { lambda, tallLambda, consensus } = options as Record<string, number>;
    const vectors = taskVectors(walk(input, context));
    const sum = sumWeighted(Array<number>(vectors.models).fill(1));
    const scratch = new Int32Array(Math.min(BLOCK, vectors.length));
    mergeBlocks(vectors, emit, (out, base, models) => {
      const total = sum(models);
      const votes = scratch.subarray(0, out.length).fill(0);
      for (const values of models) addVotes(votes, values, total, tallLambda!);
      for (let i = 0; i < out.length; i++) {
        const kept = total[i]! * +(votes[i]! >= consensus!);
        out[i] = base[i]! + lambda! * Math.fround(kept);
      }
    });
  },
});

/**
 * Merge experts by consensus task arithmetic: task arithmetic on the entries that are important to at least `consensus` experts. An
 * entry is important to an expert where the expert's change is large against what all others changed there (its TALL mask):
 *
 *   merged = base + λ · [Σ_m 1{|τ_m| ≥ tallLambda · |τ − τ_m|} ≥ consensus] · τ,  τ = Σ_m τ_m
 *
 * Source: Wang et al. 2024 (arXiv 2405.07813), Eq. 4–6; tallLambda is chosen there from 0.2 … 0.6 on validation data.
 *
 * @param base     parameters
 * @param experts  M ≥ 1 parameter maps with the names and shapes of `base`
 * @param options  lambda: default 1 · tallLambda: default 0.4 · consensus: number of experts, default 2; 0 is task arithmetic
 * @returns new parameters, names, shapes and dtypes of `base`
 * @throws RangeError no expert, an option out of range, a value not finite · ShapeError models do not fit together
 * @example
 * merge.consensusTaskArithmetic(base, [math, code, agent], { consensus: 2 })
 */
export const consensusTaskArithmetic: Merge<ConsensusTaskArithmeticOptions> =
  consensusTaskArithmeticMethod.merge;
