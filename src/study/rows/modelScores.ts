/** Scores of one model, item by item and seed by seed, and the benchmarks that they belong to. */
import {
  benchmarkSpec,
  type BenchmarkName,
  type Style,
} from "../../evaluate/index.js";
import type { Domain } from "../../domains/index.js";
import type { Role } from "../graph/model.js";

/** Item means of one model: scores[benchmark][item][seed]. */
export type ModelScores = ReadonlyMap<BenchmarkName, number[][]>;

/** Mean reward of every item over its samples, by benchmark: what one line of a measure holds of a model and seed. */
export type ItemScores = Partial<Record<BenchmarkName, number[]>>;

/** Share of an item's samples in each style: styles[benchmark][style][item][seed]. */
export type ModelStyles = ReadonlyMap<
  BenchmarkName,
  Readonly<Record<Style, number[][]>>
>;

/** A model with its scores. */
export interface Scored {
  model: string;
  role: Role;
  scores: ModelScores;
  /** Absent where its records are from before styles were kept. */
  styles?: ModelStyles;
}

/** What rows say of a benchmark. */
export function about(name: BenchmarkName): {
  benchmark: BenchmarkName;
  title: string;
  domain: Domain;
} {
  const { title, domain } = benchmarkSpec(name);
  return { benchmark: name, title, domain };
}

/** The domain of a benchmark. */
export function domainOfBenchmark(name: BenchmarkName): Domain {
  return benchmarkSpec(name).domain;
}

/** Those of some benchmarks that belong to a domain. */
export function benchmarksOf(
  benchmarks: readonly BenchmarkName[],
  domain: Domain,
): BenchmarkName[] {
  return benchmarks.filter((name) => domainOfBenchmark(name) === domain);
}

/** columns[seed][item] → rows[item][seed]. */
export function transpose(columns: readonly (readonly number[])[]): number[][] {
  return columns[0]!.map((_, i) => columns.map((column) => column[i]!));
}
