/** A statistic of resampled tasks and seeds, for numbers that are no weighted sum: a largest or a smallest, chosen anew in each draw. */
import { crossedBootstrap, draws, type Draw } from "../../analysis/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import { meanOver, scoresOf, type ClaimData } from "./data.js";
import { estimatedOr, type ClaimNumber } from "./claimRow.js";

/**
 * The statistic in points, with its bootstrap interval over the benchmarks' tasks and the seeds.
 *
 * @param statistic  from the score of any model on any of the benchmarks, a share
 */
export function resampled(
  data: ClaimData,
  benchmarks: readonly BenchmarkName[],
  statistic: (
    score: (model: string, benchmark: BenchmarkName) => number,
  ) => number,
): ClaimNumber {
  const drawn = draws({
    seeds: data.seeds.length,
    items: benchmarks.map((name) => scoresOf(data, "sft", name).length),
  });
  const at =
    ({ seeds, items }: Draw) =>
    (model: string, name: BenchmarkName): number =>
      meanOver(
        scoresOf(data, model, name),
        seeds,
        items[benchmarks.indexOf(name)]!,
      );
  return estimatedOr(
    crossedBootstrap((draw) => statistic(at(draw)), drawn),
    "its scores do not vary",
    100,
  );
}
