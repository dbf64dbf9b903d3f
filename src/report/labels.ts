/** How tables and figures call benchmarks. */
import { BENCHMARKS } from "../evaluate/benchmarks.js";

/**
 * A benchmark's short name as the paper prints it, for axes; "average" is "Avg.", an unknown name stays as it is.
 *
 * @example
 * benchmarkLabel("lcbV5") // "LCB v5"
 */
export function benchmarkLabel(benchmark: string): string {
  if (benchmark === "average") return "Avg.";
  return BENCHMARKS.find(({ name }) => name === benchmark)?.label ?? benchmark;
}
