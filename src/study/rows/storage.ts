/** What an expert's score owes to the format in which its weights are kept between steps. */
import { benchmarkSpec, type BenchmarkName } from "../../evaluate/index.js";
import { overSeeds, pairedDifference } from "../../stats/index.js";
import type { Domain } from "../../domains/index.js";
import { points } from "./interval.js";
import type { ModelScores } from "./modelScores.js";

/** One benchmark of a domain: its SFT model, its expert, and the same expert trained in bfloat16. Points, 0 to 100. */
export interface StorageRow {
  domain: Domain;
  benchmark: BenchmarkName;
  title: string;
  /** Scores. */
  sft: number;
  float32: number;
  bfloat16: number;
  /** bfloat16 − float32 on the same items, with its 95 % interval. */
  difference: number;
  low: number;
  high: number;
  seeds: number;
}

/** Rows of one domain: every benchmark that all three models have scores of. */
export function storageRows({
  domain,
  sft,
  float32,
  bfloat16,
}: {
  domain: Domain;
  sft: ModelScores;
  float32: ModelScores;
  bfloat16: ModelScores;
}): StorageRow[] {
  return [...bfloat16].map(([benchmark, scores]) => {
    const other = float32.get(benchmark)!;
    const { mean, low, high, seeds } = pairedDifference([
      { a: scores, b: other },
    ]);
    return {
      domain,
      benchmark,
      title: benchmarkSpec(benchmark).title,
      sft: points(overSeeds(sft.get(benchmark)!).mean),
      float32: points(overSeeds(other).mean),
      bfloat16: points(overSeeds(scores).mean),
      difference: points(mean),
      low: points(low),
      high: points(high),
      seeds,
    };
  });
}
