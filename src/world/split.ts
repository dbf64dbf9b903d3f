/** Which part of the problem space a task lies in: a pure function of its identity. */
import type { Split } from "../domains/index.js";
import { key, uniform } from "../random.js";

/** Fraction of all problem identities that only benchmarks may use. */
const BENCHMARK_SHARE = 0.2;
/** Fraction of all problem identities kept for choosing settings. */
const DEVELOPMENT_SHARE = 0.05;

/**
 * The split of a task identity. A hash decides, so the three parts are disjoint before any model, seed or run exists,
 * and no result can move a task from one to another.
 *
 * @param id  `Task.id`
 * @returns 20 % benchmark, 5 % development, 75 % train
 * @example
 * splitOf("math equation 3x+5=20")
 */
export function splitOf(id: string): Split {
  const u = uniform(key(0, `split/${id}`), 0);
  if (u < BENCHMARK_SHARE) return "benchmark";
  return u < BENCHMARK_SHARE + DEVELOPMENT_SHARE ? "development" : "train";
}
