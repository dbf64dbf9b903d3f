/** Scores of a model in memory, item by item: what measures keep of models that are made to be scored once. */
import type { Params } from "../../../checkpoint/index.js";
import {
  evaluate,
  type BenchmarkName,
  type EvaluateOptions,
} from "../../../evaluate/index.js";
import { Policy } from "../../../model/index.js";
import type { Tokenizer } from "../../../tokenizer/index.js";
import type { ItemScores } from "../../rows/modelScores.js";
import { itemMeans } from "../../rows/results.js";
import type { ExpertModels } from "../expertModels.js";

/**
 * Mean reward of every item over its samples, benchmark by benchmark.
 *
 * @param onBenchmark  called with the number of benchmarks done
 */
export async function scoresOf(
  policy: Policy,
  tokenizer: Tokenizer,
  benchmarks: readonly BenchmarkName[],
  options: EvaluateOptions,
  onBenchmark: (done: number) => void = () => undefined,
): Promise<ItemScores> {
  const scores: ItemScores = {};
  for (const [i, name] of benchmarks.entries()) {
    const { records } = await evaluate(policy, tokenizer, name, options);
    scores[name] = itemMeans(records);
    onBenchmark(i + 1);
  }
  return scores;
}

/** The same of a merge of some experts, which is a model for as long as that takes. */
export async function scoresOfParams(
  params: Params,
  { config, tokenizer }: Pick<ExpertModels, "config" | "tokenizer">,
  ...rest: [
    benchmarks: readonly BenchmarkName[],
    options: EvaluateOptions,
    onBenchmark?: (done: number) => void,
  ]
): Promise<ItemScores> {
  const policy = Policy.fromParams(params, config);
  const scores = await scoresOf(policy, tokenizer, ...rest);
  policy.dispose();
  return scores;
}
